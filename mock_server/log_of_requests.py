"""The log of requests: a line on standard error for each exchange, for people or as JSON, without a secret in it."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from fleet_contract.mock_server.clock import moment
from fleet_contract.mock_server.journal import Entry, Listener
from fleet_contract.mock_server.output import STDERR, Writer
from fleet_contract.mock_server.pseudonyms import (
    MASKED,
    MOST_REMEMBERED,
    codes_in,
    finding_any,
    finding_secrets,
    keys_in,
    without_secrets,
)
from fleet_contract.mock_server.store.records import State
from fleet_contract.spec.escapes import Find

LONGEST_TARGET = 500


class Masks:
    """What no line holds: the secrets of a seed, those that exchanges showed last, and the API keys of its own request.

    Keys that were refused are not remembered, so that whoever tries many does not make it forget the others.
    """

    def __init__(self, seed: State) -> None:
        codes = (code.code for fleet in seed.fleets for code in fleet.codes)
        self._find_of_the_seed = finding_secrets(dict.fromkeys((*seed.keys, *codes), MASKED))
        self._shown: dict[str, str] = {}
        self._find = self._find_of_the_seed

    def learned(self, entry: Entry) -> Find:
        """Return what finds them, with those of an exchange."""
        keys = dict.fromkeys(keys_in(entry.call), MASKED)
        new = {**dict.fromkeys(codes_in(entry.call, entry.answer), MASKED), **(keys if entry.call.tenant else {})}
        if not new.keys() <= self._shown.keys():
            self._shown = dict([*{**self._shown, **new}.items()][-MOST_REMEMBERED:])
            self._find = finding_any(self._find_of_the_seed, finding_secrets(self._shown))
        return finding_any(self._find, finding_secrets(keys))


def line_for_people(entry: Entry, find: Find) -> str:
    """Return an exchange as a line: when, what was asked, how it was answered and why so, by whom, in which time."""
    call, answer = entry.call, entry.answer
    why = f" ({answer.reason.kind})" if answer.reason else ""
    who = " ".join(filter(None, [in_one_line(call.tenant), "" if call.world == "main" else f"in {call.world}"]))
    taken = f"{entry.seconds * 1000:.1f} ms"
    asked = f"{call.method} {target(entry, find)}"
    return f"{moment(entry.at)} {asked} {answer.status}{why} {who}{', ' if who else ''}{taken}"


def line_of_json(entry: Entry, find: Find) -> str:
    """Return an exchange as a line of JSON."""
    call, answer = entry.call, entry.answer
    return json.dumps(
        {
            "time": moment(entry.at),
            "event": "exchange",
            "number": entry.number,
            "world": call.world,
            "tenant": call.tenant or None,
            "operation": call.operation_id,
            "method": call.method,
            "target": target(entry, find),
            "status": answer.status,
            "reason": answer.reason.kind.value if answer.reason else None,
            "seconds": round(entry.seconds, 6),
        }
    )


def target(entry: Entry, find: Find) -> str:
    """Return the target of a request without the secrets that are found in it, printable and of bounded length."""
    query = entry.call.raw_query.decode("latin-1")
    whole = f"{entry.call.raw_path}?{query}" if query else entry.call.raw_path
    return in_one_line(without_secrets(whole, find)[:LONGEST_TARGET])


def in_one_line(text: str) -> str:
    """Return a text with escapes for line ends and all else that does not print, or not everywhere."""
    return (
        "".join([each if each.isprintable() else ascii(each)[1:-1] for each in text])
        .encode("ascii", "backslashreplace")
        .decode()
    )


FORMS: Mapping[str, Callable[[Entry, Find], str]] = MappingProxyType(
    {"requests": line_for_people, "json": line_of_json}
)


def listener(form: str, seed: State) -> Listener:
    """Return what prints each exchange of a mock in a form; it waits for nobody, and what nobody reads is lost.

    The thread that prints is started when the first exchange comes, in whichever process that is.
    """
    line, masks = FORMS[form], Masks(seed)
    writers: list[Writer] = []

    def listen(entry: Entry) -> None:
        if not writers:
            writers.append(Writer(STDERR))
        writers[0].write(f"{line(entry, masks.learned(entry))}\n")

    return listen
