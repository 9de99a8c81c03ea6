"""Announcing: what the mock tells when it takes requests, to a person or to a program."""

import json
import logging
from collections.abc import Sequence
from socket import socket

from fleet_contract.mock_server.examples import curl_lines
from fleet_contract.mock_server.listening import is_on_all_addresses, is_open_to_others, url_of
from fleet_contract.mock_server.output import print_text
from fleet_contract.mock_server.parts import Control, Parts
from fleet_contract.mock_server.seed import public_keys
from fleet_contract.mock_server.store.redis_url import place_of
from fleet_contract.spec.dialect import default_dialect

OPEN_TO_OTHERS = (
    "Warning: other machines in the network can reach this mock, and its keys are public. "
    "Use --host localhost to keep it to this machine."
)
CLOSED_TO_CONTROL = "Nobody can control it: that needs --control-token."

log = logging.getLogger("fleet_mock")


def announce(listeners: Sequence[socket], made: Parts, *, ready_json: bool) -> None:
    """Say that requests are taken, and on stderr who may send some."""
    if is_open_to_others(listeners):
        log.warning("%s", OPEN_TO_OTHERS)
        if made.control is not None and not made.control.token:
            log.warning("%s", CLOSED_TO_CONTROL)
    url = url_of(listeners[0], made.scheme) + made.base_path
    port = listeners[0].getsockname()[1]
    everywhere = port if is_on_all_addresses(listeners) else None
    print_text(ready_line(url, port, made) if ready_json else welcome(url, made, everywhere))


def ready_line(url: str, port: int, made: Parts) -> str:
    """Return for a program where the mock listens and what it is."""
    ready = {
        "url": url,
        "port": port,
        "keys": public_keys(made.seed.keys),
        "dialect": unusual_answers(made),
        "misbehaviours": made.misbehaviours,
    }
    return json.dumps(ready)


def welcome(url: str, made: Parts, everywhere: int | None = None) -> str:
    """Return for a person where the mock listens, what it is, and what to try.

    `everywhere` is its port where it listens on all addresses.
    """
    key, tenant = next(iter(made.seed.keys.items()))
    shown = key if key in public_keys([key]) else "YOUR-KEY"
    trusted = str(made.tls.certificate) if made.tls else ""
    lines = [
        f"The mock is listening on {_place(url, everywhere)} {what_becomes_of_its_state(made)} when it stops (Ctrl+C).",
        f"Swagger UI: {url}/ui/",
        f"Keys: {keys_in_words(made)}",
        *([f"Control: {_control(url, made.control)}"] if made.control else []),
    ]
    lines += [f"Dialect: {question} = {answer}" for question, answer in unusual_answers(made).items()]
    lines += [f"Misbehaviour: {name}" for name in made.misbehaviours]
    lines += [f"Watched: {file}" for file in (made.watch.files if made.watch else ())]
    lines += ["", "Try:", *(f"  {line}" for line in curl_lines(url, shown, tenant, made.seed.fleets, trusted))]
    return "\n".join(lines)


def _place(url: str, everywhere: int | None) -> str:
    return f"{url} and" if everywhere is None else f"all addresses, port {everywhere}; on this machine {url}. It"


def _control(url: str, control: Control) -> str:
    if control.is_open_to_others and not control.token:
        return "off; start the mock with --control-token to enable it"
    return f"{url}/_mock/ui (a page), {url}/_mock (an API; docs/control.md)"


def what_becomes_of_its_state(made: Parts) -> str:
    if made.store_url:
        return f"leaves its state in {place_of(made.store_url)}"
    return f"saves its state to {made.state_file.path}" if made.state_file else "forgets everything"


def keys_in_words(made: Parts) -> str:
    """Return which keys are taken; a log may keep it, so those of a user's seed are counted and not shown."""
    shown = public_keys(made.seed.keys)
    hidden = len(made.seed.keys) - len(shown)
    groups = [", ".join(shown), f"{hidden} of the seed" if hidden else "", "any other" if made.any_key else ""]
    return " and ".join(filter(None, groups))


def unusual_answers(made: Parts) -> dict[str, str]:
    """Return the answers of the mock that are not the default ones."""
    usual = default_dialect()
    return {question: answer for question, answer in made.dialect.items() if usual.get(question) != answer}
