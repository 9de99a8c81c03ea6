"""The options that `fleet-contract run` and plain pytest share: one table, read by both."""

from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from fleet_contract.contract_tests.target.earlier import MOST_NEW
from fleet_contract.contract_tests.target.gate import DEPTHS, STRICTER, Gate

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
OPTIONS = (
    Option("target", "Read the target from this TOML file.", metavar="FILE[#NAME]"),
    Option("api-key", "Where to read the API key.", "api_key", metavar="env:NAME|file:PATH"),
    Option(
        "other-api-key", "Where to read a second organization's API key.", "other_api_key", metavar="env:NAME|file:PATH"
    ),
    Option("allow-writes", "Create and rename on a host other than loopback.", "allow_writes", flag=True),
    Option(
        "allow-writes-in-production",
        "With --allow-writes: create and rename on the vendor's production host, too.",
        "allow_writes_in_production",
        flag=True,
    ),
    Option("reuse", f"Use fleets of earlier runs, and create at most {MOST_NEW} new ones.", "reuse", flag=True),
    Option(
        "cases", "Also replay this saved case, or all cases in a folder. Repeatable.", many=True, metavar="FILE_OR_DIR"
    ),
    Option("against", "Judge the server of this target file, too, and print what differs.", metavar="FILE[#NAME]"),
    Option("depth", "How much to check; each depth sends more. [default: standard]", "depth", choices=DEPTHS),
    Option(
        "only", "Judge only requirements whose id starts with PREFIX. Repeatable.", "only", many=True, metavar="PREFIX"
    ),
    Option("skip", "Skip requirements whose id starts with PREFIX. Repeatable.", "skip", many=True, metavar="PREFIX"),
    Option("fail-on", "Fail only for requirements with this basis.", "fail_on", choices=STRICTER),
    Option("require-all", "Exit 3 if any requirement was left untested.", "require_all", flag=True),
    Option("expect", "Exit 3 if a requirement that this file lists was left untested.", "expect", metavar="FILE"),
    Option("catalogue", "Do not fail for requirements that a later version added.", "catalogue", metavar="VERSION"),
    Option("waivers", "Accept the failures that this file lists, each until its date.", "waivers", metavar="FILE"),
    Option("strict-waivers", "Exit 1 if a waiver is no longer needed.", "strict_waivers", flag=True),
    Option(
        "requests-per-second",
        "Send at most N requests per second; 0 means no limit. [default: 10; on loopback no limit]",
        "limits.requests_per_second",
        metavar="N",
    ),
    Option("max-requests", "Send at most N requests.", "limits.max_requests", metavar="N"),
    Option("max-fleets", "Create at most N fleets.", "limits.max_fleets", metavar="N"),
    Option("max-keys", "Create at most N charging keys.", "limits.max_keys", metavar="N"),
    Option(
        "replay-requests",
        "Send at most N additional requests to minimise replays. [default: 0; on loopback 2000]",
        "limits.replay_requests",
        metavar="N",
    ),
    Option(
        "max-seconds",
        "Stop sending after N seconds. [default: twice the expected duration plus 60]",
        "limits.max_seconds",
        metavar="N",
    ),
    Option("ca-file", "Also trust the certificate authorities in this PEM file.", "network.ca_file", metavar="FILE"),
    Option("client-cert", "Present this certificate (PEM) when asked for one.", "network.client_cert", metavar="FILE"),
    Option(
        "client-key", "Read the private key of --client-cert from this PEM file.", "network.client_key", metavar="FILE"
    ),
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
    Option(
        "ledger",
        f"Append every fleet and charging key that is created to this file. [default: {LEDGER}; on loopback none]",
        metavar="FILE",
    ),
    *REPORTS,
    Option("github", "Annotate the failures in GitHub Actions, and add the report to the step's summary.", flag=True),
    Option("dialect", "Print the dialect that was read, too.", flag=True),
    Option("verbose", "Print every requirement and the dialect, too.", flag=True),
    Option("quiet", "Print only failures, a line for each, and the outcome.", flag=True),
)
# What says where a server is and what it may cost; the rest says how the gate judges it and what it reports.
_OF_A_RUN = {each.name for each in fields(Gate)} - {"only", "skip"} | {"reuse"}
OF_THE_TARGET = tuple(
    each for each in OPTIONS if each.name in ("target", "ledger") or (each.entry and each.entry not in _OF_A_RUN)
)
# What is of use where others have sent the requests.
_ABOUT_REPORTS = {"only", "skip", "github", "dialect", "verbose", "quiet", *(each.name for each in REPORTS)}
OF_A_RECORDING = tuple(
    each
    for each in OPTIONS
    if each.name == "target" or each.name in _ABOUT_REPORTS or each.entry in _OF_A_RUN - {"depth", "reuse"}
)
_TO_REACH_IT = ("api_key", "other_api_key")
OF_A_WATCH = tuple(
    each
    for each in OPTIONS
    if each in OF_A_RECORDING or each.entry in _TO_REACH_IT or each.entry.startswith("network.")
)
