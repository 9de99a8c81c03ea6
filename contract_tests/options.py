"""The options that `fleet-contract run` and plain pytest share: one table, read by both."""

from pathlib import Path
from typing import NamedTuple

from fleet_contract.contract_tests.depths import Depth

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


OPTIONS = (
    Option("target", "Read the target from this TOML file.", metavar="FILE"),
    Option("api-key", "Where to read the API key.", "api_key", metavar="env:NAME|file:PATH"),
    Option(
        "other-api-key", "Where to read a second organization's API key.", "other_api_key", metavar="env:NAME|file:PATH"
    ),
    Option("allow-writes", "Create and rename on a host other than loopback.", "allow_writes", flag=True),
    Option(
        "cases", "Also replay this saved case, or all cases in a folder. Repeatable.", many=True, metavar="FILE_OR_DIR"
    ),
    Option("depth", "How much to check; each depth sends more.", choices=tuple(depth.word for depth in Depth)),
    Option("only", "Judge only requirements whose id starts with PREFIX. Repeatable.", many=True, metavar="PREFIX"),
    Option("skip", "Skip requirements whose id starts with PREFIX. Repeatable.", many=True, metavar="PREFIX"),
    Option("fail-on", "Fail only for requirements with this basis.", choices=("stated",)),
    Option("require-all", "Exit 3 if any requirement was left untested.", flag=True),
    Option(
        "requests-per-second",
        "Send at most N requests per second; 0 means no limit.",
        "limits.requests_per_second",
        metavar="N",
    ),
    Option("max-requests", "Send at most N requests.", "limits.max_requests", metavar="N"),
    Option("max-fleets", "Create at most N fleets.", "limits.max_fleets", metavar="N"),
    Option("max-keys", "Create at most N charging keys.", "limits.max_keys", metavar="N"),
    Option("max-seconds", "Stop sending after N seconds.", "limits.max_seconds", metavar="N"),
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
    Option("ledger", "Append every fleet and charging key that is created to this file.", metavar="FILE"),
    Option("json", "Write the report as JSON.", metavar="FILE"),
    Option("junit", "Write the report as JUnit XML.", metavar="FILE"),
)
# What says where a server is and what it may cost; the rest says how the gate judges it and what it reports.
OF_THE_TARGET = tuple(each for each in OPTIONS if each.entry or each.name in ("target", "only", "skip", "ledger"))
