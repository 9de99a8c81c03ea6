"""The failures as GitLab's code quality report, which a merge request shows."""

import json
from hashlib import sha256

from fleet_contract.contract_tests.reports.fixtures import what_if_wrong
from fleet_contract.contract_tests.reports.value import Value

_SEVERITIES = {"stated": "critical", "elsewhere": "major", "implied": "major", "ours": "minor"}
_PARDONED = "info"


def to_code_quality(value: Value, file: str) -> str:
    """Return the failures; GitLab lays each to a file of the repository, which is the target file or the document."""
    issues = [
        {
            "type": "issue",
            "check_name": each["id"],
            "description": f"{each['text']} {each['message'].capitalize()}.{_about(each)}",
            "categories": ["Compatibility"],
            "severity": _PARDONED if each["pardon"] else _SEVERITIES[each["basis"]],
            "fingerprint": sha256(f"{value['target']} {each['id']}".encode()).hexdigest(),
            "location": {"path": file, "lines": {"begin": 1}},
        }
        for each in value["requirements"]
        if each["failures"]
    ]
    return json.dumps(issues, indent=2) + "\n"


def _about(failure: Value) -> str:
    return f" It is about {what_if_wrong(failure['fixtures'])}." if failure["fixtures"] else ""
