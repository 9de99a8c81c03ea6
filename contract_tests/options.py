"""The options that `fleet-contract run` and plain pytest share: one table, read by both."""

from typing import NamedTuple

from fleet_contract.contract_tests.depths import Depth


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
    Option("api-key", "The key, never as a literal.", "api_key", metavar="env:NAME|file:PATH"),
    Option("other-api-key", "A key of a second organization.", "other_api_key", metavar="env:NAME|file:PATH"),
    Option("allow-writes", "Create and rename on a host other than loopback.", "allow_writes", flag=True),
    Option("cases", "Replay this saved case too, or all of a folder. Repeatable.", many=True, metavar="FILE_OR_DIR"),
    Option("depth", "How deep to go; each depth costs more.", choices=tuple(depth.word for depth in Depth)),
    Option("only", "Judge only requirements whose ids begin so. Repeatable.", many=True, metavar="PREFIX"),
    Option("skip", "Leave out requirements whose ids begin so. Repeatable.", many=True, metavar="PREFIX"),
    Option("fail-on", "Let only broken requirements of this basis fail the run.", choices=("stated",)),
    Option("require-all", "Call a run inconclusive that left anything untested.", flag=True),
    Option("requests-per-second", "The pace; 0 is no limit.", "limits.requests_per_second", metavar="N"),
    Option("max-requests", "Send at most so many requests.", "limits.max_requests", metavar="N"),
    Option("max-fleets", "Create at most so many fleets.", "limits.max_fleets", metavar="N"),
    Option("max-keys", "Create at most so many charging keys.", "limits.max_keys", metavar="N"),
    Option("max-seconds", "Stop sending after so many seconds.", "limits.max_seconds", metavar="N"),
    Option("ca-file", "Trust this certificate authority too.", "network.ca_file", metavar="FILE"),
    Option("ledger", "Append every fleet and key that is created to this file.", metavar="FILE"),
    Option("json", "Write the report as JSON.", metavar="FILE"),
    Option("junit", "Write the report as JUnit XML.", metavar="FILE"),
)
# What says where a server is and what it may cost; the rest says how the gate judges it and what it reports.
OF_THE_TARGET = tuple(each for each in OPTIONS if each.entry or each.name in ("target", "only", "skip", "ledger"))
