"""The text files that users write: they are read whatever an editor does to them, or the message says what is wrong."""

import codecs
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.mock_server.seed import read_seed
from fleet_contract.spec.dialect import read_dialect
from fleet_contract.spec.files import (
    LARGEST_FILE,
    PIECE,
    Contradiction,
    NotYaml,
    expanded,
    load_plain_yaml,
    load_yaml,
    read_text,
    suggestion,
)
from fleet_contract.spec.nesting import DEEPEST
from fleet_contract.spec.toml import parse_toml
from fleet_contract.spec.yaml import parse_yaml

TEXT = "Grüße, 東京 🚗\r\n"
ENCODINGS = {
    "utf-8": b"",
    "utf-8 with a mark": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def encoded(text: str, name: str) -> bytes:
    """Return a text as an editor saves it that calls the encoding so."""
    return ENCODINGS[name] + text.encode(name.split(maxsplit=1)[0])


def read(path: Path, largest: int = LARGEST_FILE) -> str:
    return read_text(path, "The file", "Correct it.", largest)


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_file_is_read_in_the_encoding_that_its_mark_names(name: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(encoded(TEXT, name))
    assert read(file) == TEXT


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_files_of_the_mock_are_read_in_each_encoding(name: str, tmp_path: Path) -> None:
    seed, dialect = tmp_path / "seed.yaml", tmp_path / "dialect.toml"
    seed.write_bytes(encoded("keys: {k: t}\r\nfleets: [{fleetId: Süd}]\r\n", name))
    dialect.write_bytes(encoded('[dialect]\r\n"create.status" = "200"\r\n', name))
    assert read_seed(seed).fleets[0].id == "Süd"
    assert read_dialect(dialect) == {"create.status": "200"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\xff", "is not UTF-8 text: byte 0 cannot be decoded"),
        ("Grüße".encode("latin-1"), "is not UTF-8 text: byte 2 cannot be decoded"),
        (codecs.BOM_UTF16_LE + b"a", "is not UTF-16-LE text: byte 0 cannot be decoded"),
        ("text".encode("utf-16-le"), "contains NUL characters: it is binary, or UTF-16 without a byte order mark"),
        (b"\x7fELF\0\0", "contains NUL characters: it is binary"),
        (b"12345678901", "is larger than 10 bytes"),
    ],
)
def test_what_is_no_text_is_named(data: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(Contradiction) as told:
        read(tmp_path / "file", largest=10)
    assert str(told.value).startswith(f"The file {tmp_path / 'file'} {problem}")
    assert str(told.value).endswith(". Correct it.")


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(Contradiction, match="cannot be read: Is a directory"):
        read(tmp_path)
    with pytest.raises(Contradiction, match="cannot be read: No such file or directory"):
        read(tmp_path / "nowhere")


def test_a_path_may_begin_with_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "file").write_text("there")
    assert read(Path("~/file")) == "there"


def test_a_home_directory_that_nobody_knows_is_told() -> None:
    with pytest.raises(
        Contradiction, match=r"The path ~nobody-here/key begins with ~, but its home directory is unknown"
    ):
        expanded("~nobody-here/key")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\na = 2\n", "line 2 (a): an entry occurs twice"),
        ("[x]\na = 1\na = 2\nb = 3\n", "line 3 (a): an entry occurs twice"),
        ("a = {b = 1, b = 2}", "line 1 (a): an entry occurs twice"),
        ("[x]\na = 1\n[x]\nb = 2", "line 3: a table occurs twice"),
        ("a = http://x", "line 1 (a): a value is not a quoted string"),
        ("a = True", "line 1 (a): a value is not a quoted string"),
        ("a = “x”", "line 1 (a): a value is not a quoted string"),
        (
            'file = "C:\\certs\\x.pem"',
            "line 1 (file): a string contains a backslash. Put paths with backslashes into 'single",
        ),
        ('file = "C:\\Users\\x.pem"', "line 1 (file): a string contains a backslash"),
        ('a = "x', "line 1 (a): a string has no closing quote"),
        ('a = "x\nb = 1', "line 1 (a): a string has no closing quote on its line"),
        ("a = [1\n", "line 1 (a): a list has no closing ]"),
        ("=", "line 1: Invalid statement"),
        (f"a = {'9' * 5000}", "a number is too long"),
        (f"a = {'[' * 5000}", "values are nested too deeply"),
        (f"a = 0x{'f' * 5000}", "a number is too long"),
        ("a = [{b = 9223372036854775808}]", "a number is too long"),
        (f"{'.'.join('a' * 5000)} = 1", "values are nested too deeply"),
        (f"a = {'[' * DEEPEST}1{']' * DEEPEST}", "values are nested too deeply"),
    ],
)
def test_what_is_no_toml_is_told_by_line_and_entry(text: str, problem: str) -> None:
    with pytest.raises(Contradiction) as told:
        parse_toml(text, "It", "Correct it.")
    assert problem in str(told.value)
    assert str(told.value).startswith("It is not TOML: ")
    assert str(told.value).endswith(". Correct it.")


@pytest.mark.parametrize("text", ["a = [9223372036854775807, -9223372036854775808]", f"{'.'.join('a' * DEEPEST)} = 1"])
def test_toml_may_have_what_any_reader_takes(text: str) -> None:
    assert parse_toml(text, "It", "Correct it.") == tomllib.loads(text)


def test_a_key_that_stands_alone_in_a_toml_file_is_not_repeated() -> None:
    with pytest.raises(Contradiction) as told:
        parse_toml("c2VjcmV0==\n", "It", "Correct it.")
    assert "c2VjcmV0" not in str(told.value)


LEVELS = range(1, 40)
BOMBS = {
    "lists": "\n".join(["x0: &x0 [x]", *(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in LEVELS)]),
    "mappings": "\n".join(
        ["x0: &x0 {a: x}", *(f"x{n}: &x{n} {{{', '.join(f'{name}: *x{n - 1}' for name in 'abcd')}}}" for n in LEVELS)]
    ),
    "merges": "\n".join(
        ["x0: &x0 {a: x}", *(f"x{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 9)}]}}" for n in LEVELS)]
    ),
    "long texts": f"x: &x {'x' * 1_000_000}\ny: [{', '.join(['*x'] * 20)}]",
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("load", [load_yaml, parse_yaml])
def test_aliases_that_stand_for_more_than_memory_holds_are_refused(load: Callable[[str], object], bomb: str) -> None:
    with pytest.raises(NotYaml, match="its aliases stand for more than 10,000,000 characters"):
        load(BOMBS[bomb])


@pytest.mark.parametrize("text", ["- " * 200_000, "[a, " * 200_000, "{a: " * 200_000, "? " * 200_000])
@pytest.mark.parametrize("load", [load_yaml, load_plain_yaml, parse_yaml])
def test_values_that_are_nested_too_deeply_are_refused(load: Callable[[str], object], text: str) -> None:
    with pytest.raises(NotYaml, match="its values are nested too deeply"):
        load(text)


@pytest.mark.parametrize("load", [load_yaml, load_plain_yaml, parse_yaml])
def test_values_are_read_as_deep_as_is_allowed(load: Callable[[str], object]) -> None:
    assert load("- " * DEEPEST + "a") == load("[" * DEEPEST + "a" + "]" * DEEPEST)
    with pytest.raises(NotYaml):
        load("- " * (DEEPEST + 1) + "a")


@pytest.mark.parametrize("load", [load_yaml, parse_yaml])
def test_aliases_that_stand_for_little_are_read(load: Callable[[str], object]) -> None:
    text = "one: &one {a: [1, 2]}\ntwo: {<<: *one, b: *one}\nmany: [" + ", ".join(["*one"] * 100_000) + "]"
    read: Any = load(text)
    assert (read["two"], len(read["many"])) == ({"a": [1, 2], "b": {"a": [1, 2]}}, 100_000)
    assert len(load_yaml("- " + "\n- ".join(["x" * 1_000] * 20_000))) == 20_000, "all of it is written"


def test_a_file_is_read_whole_whatever_its_length(tmp_path: Path) -> None:
    for length in (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE):
        (tmp_path / "file").write_bytes(b"x" * length)
        assert len(read(tmp_path / "file", largest=length)) == length


@pytest.mark.parametrize(
    ("word", "near"),
    [("nope.id", ""), ("fleet.id", "fleets.id-is-unique"), ("name.omited", "name.omitted"), ("name", "name.omitted")],
)
def test_an_id_is_suggested_where_its_section_resembles_the_word(word: str, near: str) -> None:
    assert suggestion(word, ("name.omitted", "fleets.id-is-unique")) == (f" Did you mean {near!r}?" if near else "")
