"""Somebody else's project: its own names and settings neither change what is judged nor are changed."""

import re
from subprocess import CompletedProcess

import pytest

from .project import Project, mock

NOBODY = "http://127.0.0.1:9"


def test_their_own_tests_run_as_ever(project: Project) -> None:
    done = project.call("python", "-m", "pytest", "tests")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_command_judges_from_their_folder(project: Project, url: str) -> None:
    done = project.call("fleet-contract", "run", url, "--target", project.target, "--depth", "quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFORMS: " in done.stdout


@pytest.fixture(scope="session")
def alone(project: Project, url: str) -> CompletedProcess[str]:
    return project.plain(url)


def test_plain_pytest_judges_beside_their_own_tests(project: Project, url: str, alone: CompletedProcess[str]) -> None:
    beside = project.plain(url, "tests")
    assert (alone.returncode, beside.returncode) == (0, 0), beside.stdout + beside.stderr
    assert passed(beside.stdout) == passed(alone.stdout) + 1 > 50
    assert "CONFORMS: " in alone.stdout


def test_plain_pytest_finds_the_checks_and_nothing_else_whatever_a_test_is_called(
    project: Project, url: str, alone: CompletedProcess[str]
) -> None:
    everything = ("-o", "python_files=*.py", "-o", "python_functions=*", "-o", "python_classes=*", "-W", "error")
    done = project.plain(url, *everything)
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed(done.stdout) == passed(alone.stdout)


def passed(printed: str) -> int:
    found = re.search(r"(\d+) passed", printed)
    return int(found[1]) if found else 0


# --- how plain pytest ends: as the command would ---


def test_a_broken_server_is_exit_1(project: Project) -> None:
    with mock(project.bin / "fleet-mock", "--misbehave", "missing-members") as broken:
        done = project.plain(broken)
    assert done.returncode == 1
    assert "BREAKS: " in done.stdout


def test_their_own_failure_is_not_hidden_by_a_server_that_conforms(project: Project, url: str) -> None:
    done = project.plain(url, "failing")
    assert done.returncode == 1
    assert "CONFORMS: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--fleet-url", NOBODY], 3, "Connection refused"),
        (["--fleet-url", "example"], 2, "does not begin with http"),
        (["--fleet-api-key", "env:NOT_SET"], 2, "NOT_SET"),
        (["--fleet-api-key", "env:WRONG"], 3, "returned 401"),
        (["--fleet-target", "nothing.toml"], 2, "nothing.toml"),
        (["--fleet-only", "nothing"], 2, "No requirement has an id"),
        (["-k", "nonesuch"], 3, "no check was selected"),
        (["-n", "2"], 2, "Add -n 0"),
    ],
)
def test_what_cannot_be_judged_is_one_message(
    project: Project, url: str, arguments: list[str], code: int, words: str
) -> None:
    done = project.plain(url, *arguments, WRONG="nobodys-key")
    printed = " ".join((done.stdout + done.stderr).split())  # the report is folded at 80 columns
    assert (done.returncode, "Traceback" in printed) == (code, False), printed
    assert words in printed


@pytest.mark.parametrize("question", ["--collect-only", "--help", "--fixtures", "--version"])
def test_a_question_to_pytest_sends_nothing(project: Project, question: str) -> None:
    assert project.plain(NOBODY, question).returncode == 0
