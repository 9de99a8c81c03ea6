"""The terms on which mocks share a store: what they were started with, and how they behave now."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fleet_contract.mock_server.store import State
from fleet_contract.mock_server.store.texts import text_of_fleet, text_of_key, text_of_location

LAYOUT = 4  # of what is kept in the store; another one cannot be shared with
MOST_NAMED = 5
NOW = "now"

Terms = Mapping[str, Any]
Rules = Mapping[str, Any] | None  # as values


def terms(
    dialect: Mapping[str, str], seed: State, misbehaviours: Sequence[str] = (), rules: Sequence[Any] = ()
) -> Terms:
    """Return what mocks agree on that were started so, as JSON can hold it; `rules` are values, told by nobody yet."""
    started = {
        "layout": LAYOUT,
        "dialect": dict(dialect),
        "seed": _digest(seed),
        "misbehaviours": list(misbehaviours),
        "rules": list(rules),
    }
    return {**started, NOW: behaviour(dialect, misbehaviours, seed.keys)}


def behaviour(
    dialect: Mapping[str, str], misbehaviours: Sequence[str], keys: Mapping[str, str], rules: Rules = None
) -> Terms:
    """Return what may change while mocks run, and is the same for all who share a store.

    `keys` are the API keys. Without `rules`, nobody has told any.
    """
    return {"dialect": dict(dialect), "misbehaviours": list(misbehaviours), "keys": dict(keys), "rules": rules}


def behaving(of: Terms, now: Terms) -> Terms:
    """Return the same terms with another behaviour."""
    return {**of, NOW: now}


def are_started_alike(there: Terms, here: Terms) -> bool:
    """Say whether mocks of these terms were started with the same, however they behave now."""
    return behaving(there, {}) == behaving(here, {})


def differences(there: Terms, here: Terms) -> str:
    """Return in words how the terms of a store differ from a mock's own."""
    found = list(_differences(there, here))
    more = [f"{len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    return "; ".join(found[:MOST_NAMED] + more)


def _differences(there: Terms, here: Terms) -> Iterator[str]:
    if there.get("layout") != here["layout"]:
        yield "they are of another version"
        return
    answers_there, answers_here = there["dialect"], here["dialect"]
    for question in sorted({*answers_there, *answers_here}):
        one, other = (answers.get(question, "not asked") for answers in (answers_there, answers_here))
        if one != other:
            yield f"{question} is {one} there and {other} here"
    one, other = (", ".join(each["misbehaviours"]) or "none" for each in (there, here))
    if one != other:
        yield f"misbehaviours are {one} there and {other} here"
    if there["seed"] != here["seed"]:
        yield "they began with another seed"


def _digest(seed: State) -> str:
    """Return a text that is the same for two seeds exactly if they hold the same."""
    digest = hashlib.sha256(json.dumps(list(seed.keys.items())).encode())
    for text in _texts(seed):
        digest.update(text.encode())
    return digest.hexdigest()


def _texts(seed: State) -> Iterator[str]:
    yield from map(text_of_fleet, seed.fleets)
    yield from (text_of_key(key, None) for key in seed.charging_keys)
    yield from (text_of_location(location, number) for number, location in enumerate(seed.locations))
