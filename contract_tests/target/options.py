"""The options by their kinds, and which kinds each command takes; plain pytest takes what `run` does."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fleet_contract.contract_tests.target.earlier import MOST_NEW
from fleet_contract.contract_tests.target.gate import DEPTHS, STRICTER

LEDGER = Path("fleet-contract-ledger.jsonl")  # where what is created on another host is recorded
CASES_FOLDER = Path("fleet-contract-cases")  # where an exploration saves what it finds


class Option(NamedTuple):
    """One option: its name without dashes, what it says in the help, and what it sets.

    `entry` is the entry of the target file that it overrides; without one it is a
    setting of the run.
    """

    name: str
    help: str
    entry: str = ""
    flag: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    metavar: str = ""

    @property
    def is_place(self) -> bool:
        """Whether it takes the name of a file or a folder."""
        return self.metavar.startswith(("FILE", "PATH"))


_TARGET = (Option("target", "Read the target from this TOML file.", metavar="FILE[#NAME]"),)
_KEYS = (
    Option("api-key", "Where to read the API key.", "api_key", metavar="env:NAME|file:PATH"),
    Option(
        "other-api-key", "Where to read a second organization's API key.", "other_api_key", metavar="env:NAME|file:PATH"
    ),
)
_WRITES = (
    Option("allow-writes", "Create and rename on a host other than loopback.", "allow_writes", flag=True),
    Option(
        "allow-writes-in-production",
        "With --allow-writes: create and rename on the vendor's production host, too.",
        "allow_writes_in_production",
        flag=True,
    ),
)
# What chooses the requests, and with it what is judged.
_CHOICE = (
    Option("reuse", f"Use fleets of earlier runs, and create at most {MOST_NEW} new ones.", "reuse", flag=True),
    Option(
        "cases", "Also replay this saved case, or all cases in a folder. Repeatable.", many=True, metavar="FILE_OR_DIR"
    ),
    Option("depth", "How much to check; each depth sends more. [default: standard]", "depth", choices=DEPTHS),
)
SELECTION = (
    Option(
        "only", "Judge only requirements whose id starts with PREFIX. Repeatable.", "only", many=True, metavar="PREFIX"
    ),
    Option("skip", "Skip requirements whose id starts with PREFIX. Repeatable.", "skip", many=True, metavar="PREFIX"),
)
_AGAINST = (
    Option("against", "Judge the server of this target file, too, and print what differs.", metavar="FILE[#NAME]"),
)
# What fails a run.
_GATE = (
    Option("fail-on", "Fail only for requirements with this basis.", "fail_on", choices=STRICTER),
    Option("require-all", "Exit 3 if any requirement was left untested.", "require_all", flag=True),
    Option("expect", "Exit 3 if a requirement that this file lists was left untested.", "expect", metavar="FILE"),
    Option("catalogue", "Do not fail for requirements that a later version added.", "catalogue", metavar="VERSION"),
    Option("waivers", "Accept the failures that this file lists, each until its date.", "waivers", metavar="FILE"),
    Option("strict-waivers", "Exit 1 if a waiver is no longer needed.", "strict_waivers", flag=True),
)
# What any command keeps to that sends something.
_PACE = (
    Option(
        "requests-per-second",
        "Send at most N requests per second; 0 means no limit. [default: 10; on loopback no limit]",
        "limits.requests_per_second",
        metavar="N",
    ),
    Option("max-requests", "Send at most N requests.", "limits.max_requests", metavar="N"),
    Option(
        "max-seconds",
        "Stop sending after N seconds. [default: twice the expected duration plus 60]",
        "limits.max_seconds",
        metavar="N",
    ),
)
_CREATING = (
    Option("max-fleets", "Create at most N fleets.", "limits.max_fleets", metavar="N"),
    Option("max-keys", "Create at most N charging keys.", "limits.max_keys", metavar="N"),
    Option(
        "ledger",
        f"Append every fleet and charging key that is created to this file. [default: {LEDGER}; on loopback none]",
        metavar="FILE",
    ),
)
_REPLAYS = (
    Option(
        "replay-requests",
        "Send at most N additional requests to minimise replays. [default: 0; on loopback 2000]",
        "limits.replay_requests",
        metavar="N",
    ),
)
_CERTIFICATES = (
    Option("ca-file", "Also trust the certificate authorities in this PEM file.", "network.ca_file", metavar="FILE"),
    Option("client-cert", "Present this certificate (PEM) when asked for one.", "network.client_cert", metavar="FILE"),
    Option(
        "client-key", "Read the private key of --client-cert from this PEM file.", "network.client_key", metavar="FILE"
    ),
)
# Where a connection goes; with it a host may be no longer this machine.
_ROUTE = (
    Option(
        "connect-to",
        "Connect to HOST2:PORT2 instead, as curl does. Repeatable.",
        "network.connect_to",
        many=True,
        metavar="HOST1:PORT1:HOST2:PORT2",
    ),
    Option(
        "resolve",
        "Use these addresses for a name, as curl does. Repeatable.",
        "network.resolve",
        many=True,
        metavar="HOST:PORT:ADDR[,ADDR]",
    ),
    Option("unix-socket", "Connect to this unix socket.", "network.unix_socket", metavar="PATH"),
)
# Where reports go; reports/formats.py has what each is made by.
REPORTS = (
    Option("html", "Write the report as one file of HTML.", metavar="FILE"),
    Option("markdown", "Write the report as Markdown.", metavar="FILE"),
    Option("json", "Write the report as JSON.", metavar="FILE"),
    Option("junit", "Write the report as JUnit XML.", metavar="FILE"),
    Option("code-quality", "Write the failures as GitLab's code quality report.", metavar="FILE"),
    Option("har", "Write all requests and responses as an HTTP archive (HAR).", metavar="FILE"),
    Option("bundle", "Write all reports into one zip file.", metavar="FILE"),
    Option("write-expect", "Write a file for --expect: the requirements that this run judged.", metavar="FILE"),
)
_PRINTING = (
    Option("github", "Annotate the failures in GitHub Actions, and add the report to the step's summary.", flag=True),
    Option("dialect", "Print the dialect that was read, too.", flag=True),
    Option("verbose", "Print every requirement and the dialect, too.", flag=True),
    Option("quiet", "Print only failures, a line for each, and the outcome.", flag=True),
)
OPTIONS = (
    *_TARGET,
    *_KEYS,
    *_WRITES,
    *_CHOICE,
    *SELECTION,
    *_AGAINST,
    *_GATE,
    *_PACE,
    *_CREATING,
    *_REPLAYS,
    *_CERTIFICATES,
    *_ROUTE,
    *REPORTS,
    *_PRINTING,
)
# What flags say of one server, and of no other.
OF_ONE_SERVER = (*_KEYS, *_WRITES, *_PACE, *_CREATING, *_REPLAYS, *_CERTIFICATES, *_ROUTE)
_REACHING = (*_TARGET, *_KEYS, *_CERTIFICATES, *_ROUTE)
_SENDING = (*_REACHING, *_WRITES, *_PACE)
_RECORDED = (*SELECTION, *_GATE, *REPORTS, *_PRINTING)
_NO_PROGRESS = Option("quiet", "Do not print the limits and the progress.", flag=True)
# Each command takes what changes something that it does, and nothing else.
OPTIONS_OF: Mapping[str, tuple[Option, ...]] = {
    "run": OPTIONS,
    "dialect": (*_SENDING, *_CHOICE, *SELECTION, *_CREATING, _NO_PROGRESS),
    "explore": (*_SENDING, *SELECTION, *_CREATING),
    "plan": (*_TARGET, *_KEYS, *_ROUTE, *_WRITES, *_PACE, *_CHOICE, *SELECTION, *_CREATING),
    "judge": (*_TARGET, *_RECORDED),
    "watch": (*_REACHING, *_RECORDED),
    "doctor": _SENDING,
    "ledger": _SENDING,
}
