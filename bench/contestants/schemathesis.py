"""Plain Schemathesis with our document: as it comes, and tuned so that it raises no alarm on the default mock."""

import json
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tomli_w

from bench.contestant import DOCUMENT, KEY, KEY_HEADER, KEY_OF_ANOTHER, Contestant, Ground, NoReport, Reading, Share

SEED = 1
REPORT = "report.json"
USERS = "users.json"
PASSED, FAILED = 0, 1
# An error of this kind is the server's: it broke the connection. Any other is the tool's own.
NETWORK_ERROR = "Network Error"
# What the check takes for a fair answer to valid data, and 400.
FAIR = ["2xx", "3xx", "400", "401", "403", "404", "409", "429", "5xx"]
TUNING: dict[str, Any] = {
    "auth": {"wfc": {"path": USERS, "user": "first", "peers": ["first", "second"]}},
    "operations": [
        {
            "include-operation-id": "list_charging_keys",
            "checks": {"positive_data_acceptance": {"expected-statuses": FAIR}},
        }
    ],
}


def as_it_comes(ground: Ground) -> list[str]:
    return [*_run(ground), "--header", f"{KEY_HEADER}: {KEY}"]


def tuned(ground: Ground) -> list[str]:
    users = {"first": KEY, "second": KEY_OF_ANOTHER}
    auth = [{"name": name, "fixedHeaders": [{"name": KEY_HEADER, "value": key}]} for name, key in users.items()]
    (ground.folder / USERS).write_text(json.dumps({"auth": auth}))
    (ground.folder / "schemathesis.toml").write_text(tomli_w.dumps(TUNING))
    return _run(ground)


def read(ground: Ground, code: int) -> Reading:
    """Return what the JSON report says: a failure is a kind of failure at an operation."""
    try:
        report = json.loads((ground.folder / REPORT).read_text())
    except (OSError, ValueError) as wrong:
        raise NoReport(f"The report cannot be read: {wrong}.") from None
    failed = frozenset(_failures(report))
    if code not in (PASSED, FAILED) or not report["complete"] or bool(code) != bool(failed):
        errors = ", ".join(each["title"] for each in report["errors"])
        raise NoReport(f"It stopped for {report['stop_reason']}, with these errors: {errors or 'none'}.")
    return Reading(report["test_cases"]["generated"], failed)


def _failures(report: dict[str, Any]) -> list[str]:
    failures = [
        f"{each['code']} {each['title']}: {operation}"
        for each in report["failures"]
        for operation in each["operations"]
    ]
    return failures + [NETWORK_ERROR for each in report["errors"] if each["title"] == NETWORK_ERROR]


def _run(ground: Ground) -> list[str]:
    program = str(Path(sys.executable).with_name("st"))
    report = ["--report", "json", "--report-json-path", REPORT]
    return [program, "run", str(DOCUMENT), "--url", ground.url, "--seed", str(SEED), *report]


CONTESTANTS = (
    Contestant(
        name="schemathesis",
        tool="schemathesis",
        title="Schemathesis, tuned",
        share=Share.ALL,
        limit=300,
        version=partial(version, "schemathesis"),
        command=tuned,
        read=read,
        fails_by_test=False,
        honest_runs=3,
        notes=(
            f"`st run spec/openapi.yaml --seed {SEED}` with all its checks, all its phases (examples, coverage, "
            f"fuzzing, stateful) and the links of the document. It is given the keys of two organizations as "
            f"peers, so that it can look for objects that one shows to the other.",
            "One thing is tuned: at `list_charging_keys`, `positive_data_acceptance` takes a 400 too, since it makes "
            "up cursors, which no server has given out.",
        ),
    ),
    Contestant(
        name="schemathesis-as-it-comes",
        tool="schemathesis",
        title="Schemathesis, as it comes",
        share=Share.HONEST,
        limit=300,
        version=partial(version, "schemathesis"),
        command=as_it_comes,
        read=read,
        fails_by_test=False,
        notes=(f"`st run spec/openapi.yaml --seed {SEED}` with the key as a header.",),
    ),
)
