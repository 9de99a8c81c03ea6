"""The commands of the documentation print what they are said to print."""

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.documents.pages import PAGES, Command, commands

from .project import ROOT, environment

WITH_COMMANDS = [page for page in PAGES if list(commands(page))]
MARK = "\x1e"  # stands before the output of each command
# A mock is started beside the other commands, and ends when the next one starts.
SHELL = """
set -u
export PATH="$PWD/.venv/bin:$PATH"  # as the README says
log=$(mktemp)
mock=
end() { [ -z "$mock" ] || { kill "$mock"; wait "$mock"; } 2> /dev/null; mock=; }
serve() {
    end
    : > "$log"  # of the mock before, which is not to be taken for this one
    "$@" >> "$log" 2>&1 & mock=$!
    until grep -q '^Try:' "$log"; do kill -0 "$mock" || break; sleep 0.1; done
    cat "$log"
}
trap 'end; rm -f "$log"' EXIT
status=0
"""
STEP = "printf '{mark}'; (exit $status); {command}; status=$?\n"

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not (shutil.which("make") and shutil.which("curl")), reason="needs make and curl"),
]


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def script(page: Path, port: int) -> str:
    """Return a page's commands as a script for bash; mocks listen on a port that is free."""
    steps = [command.text.replace(":8080", f":{port}") for command in commands(page)]
    served = [re.sub(r"^make mock\b", f"serve make mock PORT={port}", step) for step in steps]
    return SHELL + "".join(STEP.format(mark=MARK, command=step) for step in served)


def missing(command: Command, printed: str) -> list[str]:
    """Return the lines that a command is said to print, and does not print in that order."""
    lines = iter(printed.splitlines())
    told = [line.strip() for line in command.printed if line.strip() not in ("", "…")]
    return [line for line in told if not any(re.fullmatch(pattern_of(line), each.strip()) for each in lines)]


def pattern_of(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split("…"))


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_every_command_prints_what_the_page_says(page: Path) -> None:
    port = free_port()
    done = subprocess.run(
        ["bash", "-c", script(page, port)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outputs = done.stdout.replace(f":{port}", ":8080").split(MARK)[1:]
    for command, printed in zip(commands(page), outputs, strict=True):
        assert missing(command, printed) == [], f"$ {command.text}\n{printed}"


def test_a_line_that_is_not_printed_is_missed() -> None:
    command = Command("count", ["one …", "…", "three"])
    assert missing(command, "one two\n2\nthree\n") == []
    assert missing(command, "three\none two\n") == ["three"]
    assert missing(command, "one two\nthree four\n") == ["three"]
