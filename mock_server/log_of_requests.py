"""The log of requests: a line on standard error for each exchange, for people or as JSON, without a secret in it."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from fleet_contract.mock_server.clock import moment
from fleet_contract.mock_server.journal import Entry, Listener
from fleet_contract.mock_server.output import STDERR, Writer
from fleet_contract.mock_server.pseudonyms import MASKED, finding_secrets, keys_in, without_secrets

LONGEST_TARGET = 500


def line_for_people(entry: Entry) -> str:
    """Return an exchange as a line: when, what was asked, how it was answered and why so, by whom, in which time."""
    call, answer = entry.call, entry.answer
    why = f" ({answer.reason.kind})" if answer.reason else ""
    who = " ".join(filter(None, [in_one_line(call.tenant), "" if call.world == "main" else f"in {call.world}"]))
    taken = f"{entry.seconds * 1000:.1f} ms"
    return f"{moment(entry.at)} {call.method} {target(entry)} {answer.status}{why} {who}{', ' if who else ''}{taken}"


def line_of_json(entry: Entry) -> str:
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
            "target": target(entry),
            "status": answer.status,
            "reason": answer.reason.kind.value if answer.reason else None,
            "seconds": round(entry.seconds, 6),
        }
    )


def target(entry: Entry) -> str:
    """Return the target of a request without a key that it carries, printable and of bounded length."""
    query = entry.call.raw_query.decode("latin-1")
    whole = f"{entry.call.raw_path}?{query}" if query else entry.call.raw_path
    find = finding_secrets(dict.fromkeys(keys_in(entry.call), MASKED))
    return in_one_line(without_secrets(whole, find)[:LONGEST_TARGET])


def in_one_line(text: str) -> str:
    """Return a text with escapes for line ends and all else that does not print, or not everywhere."""
    return (
        "".join([each if each.isprintable() else ascii(each)[1:-1] for each in text])
        .encode("ascii", "backslashreplace")
        .decode()
    )


FORMS: Mapping[str, Callable[[Entry], str]] = MappingProxyType({"requests": line_for_people, "json": line_of_json})


def listener(form: str) -> Listener:
    """Return what prints each exchange in a form; it waits for nobody, and what nobody reads is lost.

    The thread that prints is started when the first exchange comes, in whichever process that is.
    """
    line = FORMS[form]
    writers: list[Writer] = []

    def listen(entry: Entry) -> None:
        if not writers:
            writers.append(Writer(STDERR))
        writers[0].write(f"{line(entry)}\n")

    return listen
