"""What the tests of the ways out have in common: commands in a shell, and how their reports are read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fleet_contract.spec.files import read
from tests.suite.harness import SEED, clean_environment

RECORDED = Path(__file__).parents[1] / "recorded" / "archives" / "chrome.har"
NOBODY = "http://127.0.0.1:9"
BRIEFLY = ("--target", str(SEED), "--depth", "quick", "--only", "invitation")
FULL = "/dev/full"
has_full_disk = pytest.mark.skipif(not Path(FULL).exists(), reason="there is no full disk here")


def shell(line: str, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `"$@"` is the command."""
    program = [sys.executable, "-m", "fleet_contract.contract_tests", *arguments]
    with clean_environment(**variables):
        done = subprocess.run(
            ["bash", "-c", line, "bash", *program], capture_output=True, text=True, timeout=60, check=False, cwd=cwd
        )
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    return done


def report_of(file: Path) -> dict[str, Any]:
    """Return a JSON report that has the form that is promised."""
    value: dict[str, Any] = json.loads(file.read_text())
    jsonschema.Draft202012Validator(json.loads(read("report.schema.json"))).validate(value)
    return value


def umask() -> int:
    """Return the permissions that new files lack; there is no way to read it but to set it."""
    os.umask(before := os.umask(0o022))
    return before


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
