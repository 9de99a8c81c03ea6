"""What GitHub Actions shows: an annotation for each failure, and the report in the summary of the step."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from fleet_contract.contract_tests.reports.fixtures import what_if_wrong
from fleet_contract.contract_tests.reports.markdown import to_markdown
from fleet_contract.contract_tests.reports.value import Value

SUMMARY = "GITHUB_STEP_SUMMARY"  # the variable that names the file of the summary
_MOST = 1_000_000  # bytes; GitHub refuses a summary of a step of more than 1 MiB
_COMMANDS = {"failed": "error", "errored": "warning"}
_COMMANDS_OF_THE_RUN = {"breaks": "error", "inconclusive": "warning"}


def annotate(value: Value, console: Console) -> None:
    """Print the annotations, and append the report to the summary where there is one; raises OSError."""
    for line in annotations(value):
        console.print(line, markup=False, soft_wrap=True)
    summary = os.environ.get(SUMMARY)
    if summary:
        text = to_markdown(value).encode("utf-8", "backslashreplace")
        with Path(summary).open("ab") as file:
            left = max(_MOST - file.tell(), 0)
            file.write(text[:left].decode("utf-8", "ignore").encode())  # no half of a character


def annotations(value: Value) -> Iterator[str]:
    """Yield a command of a workflow for each failure, and one for an outcome that no requirement shows."""
    for each in value["requirements"]:
        standing = each["pardon"] or each["verdict"]
        if each["failures"] or each["verdict"] == "errored":
            about = f"; it is about {what_if_wrong(each['fixtures'])}" if each["fixtures"] else ""
            message = f"{each['text']} {each['message']}{about}"
            title = _property(f"{standing}: {each['id']}")
            yield f"::{_COMMANDS.get(standing, 'notice')} title={title}::{_data(message)}"
    if value["reason"]:
        yield f"::{_COMMANDS_OF_THE_RUN[value['outcome']]} title={value['outcome']}::{_data(value['reason'])}"


def _data(text: str) -> str:
    """Return a text as a command holds it: on one line, so that nothing a server wrote is a command of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
