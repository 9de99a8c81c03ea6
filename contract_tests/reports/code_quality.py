"""The failures as GitLab's code quality report, which a merge request shows."""

import json
from collections.abc import Iterator
from hashlib import sha256

from fleet_contract.contract_tests.process.printable import capitalized
from fleet_contract.contract_tests.reports.fixtures import what_if_wrong
from fleet_contract.contract_tests.reports.summary import NAMES_OF_THE_RUN
from fleet_contract.contract_tests.reports.value import Value

_SEVERITIES = {"stated": "critical", "elsewhere": "major", "implied": "major", "ours": "minor"}
_PARDONED, _SEVERITY_OF_THE_RUN = "info", "major"


def to_code_quality(value: Value, file: str) -> str:
    """Return the failures; GitLab lays each to a file of the repository, which is the target file or the document.

    What decided the outcome besides them is one more, since no issue at all looks like a pass.
    """
    issues = [
        {
            "type": "issue",
            "check_name": name,
            "description": description,
            "categories": ["Compatibility"],
            "severity": severity,
            "fingerprint": sha256(f"{value['target']} {name}".encode()).hexdigest(),
            "location": {"path": file, "lines": {"begin": 1}},
        }
        for name, severity, description in _issues(value)
    ]
    return json.dumps(issues, indent=2) + "\n"


def _issues(value: Value) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the severity and the description of each."""
    for each in value["requirements"]:
        if each["failures"]:
            severity = _PARDONED if each["pardon"] else _SEVERITIES[each["basis"]]
            yield each["id"], severity, f"{each['text']} {_sentence(each['message'])}{_about(each)}"
    if value["reason"]:
        yield NAMES_OF_THE_RUN[value["outcome"]], _SEVERITY_OF_THE_RUN, _sentence(value["reason"])


def _sentence(text: str) -> str:
    return f"{capitalized(text).removesuffix('.')}."


def _about(failure: Value) -> str:
    return f" It is about {what_if_wrong(failure['fixtures'])}." if failure["fixtures"] else ""
