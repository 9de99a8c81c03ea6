"""The tables of what one create calls and of lines: what is counted where."""

from collections import Counter
from pathlib import Path

from bench.trace import lines, rows


def test_lines_of_a_folder_that_is_counted_apart_are_not_counted_twice(tmp_path: Path) -> None:
    for name, text in {"proof/a.py": "1\n2\n", "proof/mutants/b.py": "3\n", "proof/notes.md": "no Python\n"}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert [lines(tmp_path, name) for name in ("proof", "proof/mutants", "mock_server")] == [2, 1, 0]


def test_the_largest_stands_first_and_what_is_missing_is_a_dash() -> None:
    counted = {"before": Counter(ours=1_200), "here": Counter(ours=60, others=3)}
    assert rows("package", counted).splitlines()[2:] == [
        "| ours | 1,200 | 60 |",
        "| others | – | 3 |",
        "| together | 1,200 | 63 |",
    ]
