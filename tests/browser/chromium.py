"""Chromium: whether it is there, and a script of ours in Node that drives it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
GRAVE = ("serious", "critical")

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium; make browser runs it")


def driven(script: str, *arguments: str) -> dict[str, Any]:
    """Return what a script saw in a browser."""
    assert CHROMIUM is not None
    command = ["node", str(HERE / script), CHROMIUM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def grave(violations: list[Any]) -> list[Any]:
    """Return those that keep somebody from using a page."""
    return [each for each in violations if each["impact"] in GRAVE]
