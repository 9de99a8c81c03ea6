"""NO_SKIPS: what CI sets, so that a program that is missing fails the tests that need it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = """
import pytest

@pytest.fixture
def a_program():
    pytest.skip("a-program is not installed")

@pytest.mark.skipif(True, reason="needs a-program")
def test_by_a_mark(): ...

def test_by_a_fixture(a_program): ...

@pytest.mark.xfail(reason="it is known")
def test_known(): raise AssertionError

@pytest.mark.skipif(True, reason="root can read every file")
def test_of_root(): ...

@pytest.mark.parametrize("row", [])
def test_of_an_empty_table(row): ...
"""


@pytest.mark.parametrize(
    ("more", "code", "counts"),
    [({}, 0, "4 skipped, 1 xfailed"), ({"NO_SKIPS": "1"}, 1, "2 skipped, 1 xfailed, 2 errors")],
)
def test_only_with_it_a_missing_program_fails(tmp_path: Path, more: dict[str, str], code: int, counts: str) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPED)
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_SKIPS", "PYTEST_ADDOPTS"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, counts in done.stdout) == (code, True), done.stdout
    assert ("a-program is not installed. With NO_SKIPS" in done.stdout) is bool(more)
