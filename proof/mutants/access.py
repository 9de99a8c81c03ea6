"""Mutants that are careless about who calls."""

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fleet_contract.contract_tests.target.depths import Depth
from proof.effects import Overlooks, acts_for, status
from proof.moments import Moment
from proof.mutants.table import Row, Table, answered
from proof.sending import OURS, listing
from proof.triggers import values as v
from proof.triggers.calls import with_header, without_key
from proof.triggers.classes import Class, when
from proof.triggers.stories import lists, makes, reads, told
from proof.triggers.values import Values

WORDS = {
    "create_fleet": "create a fleet",
    "rename_fleet": "rename a fleet",
    "get_invitation_codes": "read invitation codes",
    "create_charging_key": "create a charging key",
    "list_charging_keys": "list charging keys",
    "get_location": "look at a location",
}
SECOND = 1.0  # how long a cache remembers
NAMES_OF_KEYS = st.sampled_from(["key", "api_key", "apikey", "X-API-Key", "subscription-key"])
NO_KEY = with_header("x-api-key", v.ABSENT | v.EMPTY)
SPELLINGS = st.sampled_from(["X-API-KEY", "x-Api-Key", "X-Api-Key", "X-api-key", "x-API-key"])
ODD = Values(lambda name: name not in ("X-API-Key", "x-api-key"), SPELLINGS)
SMALL = Values(lambda name: name == name.lower(), st.just("x-api-key"))


def first(moment: Moment) -> str:
    """Return the first of all tenants."""
    return moment.mock.access.first


def has_unknown_key(moment: Moment) -> bool:
    return bool(moment.call.header("x-api-key")) and moment.tenant is None


def wrong_key(*operations: str, spelled: SearchStrategy[str] = v.PLAIN) -> Class:
    """Return calls with a key that nobody was given."""
    return with_header("x-api-key", Values(bool, spelled), *operations) & when(has_unknown_key)


def last_caller(moment: Moment) -> str | None:
    """Return whose the call directly before was; None where its key was nobody's."""
    return moment.past[-1].tenant if moment.past else None


def caller_within(moment: Moment, seconds: float) -> str | None:
    """Return who called last, no longer ago than some seconds."""
    known = (each for each in moment.earlier() if each.tenant)
    return next((each.tenant for each in known if moment.time - each.time < seconds), None)


def takes(text: str, alike: Callable[[str, str], Any], spelled: SearchStrategy[str]) -> Row:
    """Return the row of a key that is taken for a real one; `alike` is told both."""

    def owner(moment: Moment) -> str | None:
        sent = moment.call.header("x-api-key") or ""
        tenants = moment.mock.access.tenants.items()
        return next((tenant for known, tenant in tenants if alike(sent, known)), None)

    return text, wrong_key(spelled=spelled) & when(owner), acts_for(owner)


def another_way(text: str, way: Class) -> Row:
    """Return the row of a second way to say who one is."""
    return text, way, acts_for(first)


def spelled_header(names: Values) -> Class:
    """Return lists with the key under such a name, which no moment shows."""
    drawn = names.drawn.map(lambda name: [listing(key=None, headers={name: OURS})])
    return Class(lambda _: False, drawn)


# fmt: off
TABLE: Table = {
    "access.key-is-required": {
        "a-missing-key-is-a-bad-request": answered("A request without a key is", NO_KEY, 400),
        "a-missing-key-is-refused-with-200": answered("A request without a key is", NO_KEY, 200),
        "a-missing-key-leads-to-a-log-in": answered("A request without a key is", NO_KEY, 302),
        **{f"{operation.replace('_', '-')}-needs-no-key": (
            f"No key is needed to {words}.",
            with_header("x-api-key", v.ABSENT | v.EMPTY, operation), acts_for(first))
            for operation, words in WORDS.items()},
        "any-authorization-is-taken": another_way(
            "A request without X-API-Key is answered where it has Authorization, whatever that says.",
            without_key(lambda draw, usual: usual.with_header("authorization", draw(v.NAMES)),
                        lambda m: m.call.header("authorization") is not None)),
        "any-cookie-is-taken": another_way(
            "A request without X-API-Key is answered where it has a Cookie, whatever that says.",
            without_key(lambda draw, usual: usual.with_header("cookie", f"session={draw(v.PLAIN)}"),
                        lambda m: m.call.header("cookie") is not None)),
        "a-key-in-the-query-is-taken": another_way(
            "A request without X-API-Key is answered where its query has a key.",
            without_key(lambda draw, usual: usual.with_raw_query(f"{draw(NAMES_OF_KEYS)}={draw(v.PLAIN)}"),
                        lambda m: any(name.lower().endswith("key") for name in m.query))),
        "an-empty-key-is-taken": another_way(
            "A request whose X-API-Key is empty is answered.", with_header("x-api-key", v.EMPTY)),
        "a-cursor-takes-the-place-of-a-key": another_way(
            "A request without X-API-Key is answered where it has a cursor, which only a caller with a key was given.",
            without_key(lambda draw, usual: usual.with_raw_query(f"cursor={draw(v.PLAIN)}"),
                        lambda m: "cursor" in m.query, "list_charging_keys")),
        "a-fleet-takes-the-place-of-a-key-at-locations": another_way(
            "A location is shown without X-API-Key to whoever asks with a fleetId.",
            without_key(lambda draw, usual: usual.with_raw_query(f"fleetId={draw(v.IDS)}"),
                        lambda m: "fleetId" in m.query, "get_location")),
        "who-has-no-key-is-told-that-a-fleet-is-unknown": (
            "The codes of an id that no fleet has are answered 404 to a request without a key.",
            told(lambda m: m.operation == "get_invitation_codes" and not m.call.header("x-api-key") and m.fleet is None,
                 reads("a", key=None)),
            status(404)),
        "who-has-no-key-is-told-that-an-id-is-taken": (
            "A create without a key is answered 409 where its id is taken.",
            told(lambda m: m.operation == "create_fleet" and not m.call.header("x-api-key") and m.fleet,
                 makes("a"), makes("a", key=None)),
            status(409), Depth.DEEP),
        "a-good-key-opens-the-door-to-those-without": (
            "Directly after a call with a real key, one without any is taken for its owner's.",
            told(lambda m: not m.call.header("x-api-key") and last_caller(m), lists(), lists(key=None)),
            acts_for(last_caller)),
    },
    "access.key-is-checked": {
        "every-key-is-taken": (
            "A key that nobody was given is taken for the first tenant's.", wrong_key(), acts_for(first)),
        "an-unknown-key-is-a-bad-request": answered("A request with a key that nobody was given is", wrong_key(), 400),
        "an-unknown-key-is-not-found": answered("A request with a key that nobody was given is", wrong_key(), 404),
        "an-unknown-key-is-refused-with-200": answered(
            "A request with a key that nobody was given is", wrong_key(), 200),
        **{f"{operation.replace('_', '-')}-takes-any-key": (
            f"Any key will do to {words}.", wrong_key(operation), acts_for(first))
            for operation, words in WORDS.items()},
        "the-beginning-of-a-key-is-enough": takes(
            "A key is taken whose first characters are those of a real one, at least four.",
            lambda sent, known: len(sent) >= 4 and known.startswith(sent),
            st.integers(4, 7).map(lambda size: OURS[:size])),
        "what-follows-a-key-is-overlooked": takes(
            "A key is taken that begins with a real one.",
            lambda sent, known: sent.startswith(known), v.PLAIN.map(f"{OURS}{{}}".format)),
        "keys-have-no-case": takes(
            "A key is taken that differs from a real one only in case.",
            lambda sent, known: sent.lower() == known.lower(),
            st.sampled_from([OURS.upper(), OURS.title(), "demo-Key"])),
        "keys-are-patterns": takes(
            "A per cent sign in a key stands for other characters, as in LIKE of SQL.",
            lambda sent, known: len(sent) > 1 and re.fullmatch(re.escape(sent).replace("%", ".*"), known),
            st.integers(1, 7).map(lambda size: f"{OURS[:size]}%")),
        "hyphens-in-a-key-are-overlooked": takes(
            "A real key without its hyphens is taken.",
            lambda sent, known: sent.replace("-", "") == known.replace("-", ""),
            st.sampled_from(["demokey", "dem-okey", "-demokey"])),
        "quotes-around-a-key-are-overlooked": takes(
            "A real key in double quotes is taken.", lambda sent, known: sent.strip('"') == known,
            st.just(f'"{OURS}"')),
        "the-first-word-of-a-key-is-enough": takes(
            "A key is taken whose first word is a real one.",
            lambda sent, known: sent.split()[:1] == [known], v.PLAIN.map(f"{OURS} {{}}".format)),
        "the-last-key-of-a-list-is-enough": takes(
            "A list of keys is taken whose last one is real.",
            lambda sent, known: sent.split(", ")[-1] == known, v.PLAIN.map(f"{{}}, {OURS}".format)),
        "the-last-character-of-a-key-is-overlooked": takes(
            "A real key is taken whatever its last character is.",
            lambda sent, known: sent[:-1] == known[:-1], st.sampled_from("abcz0Y").map(f"{OURS[:-1]}{{}}".format)),
        "a-good-key-opens-the-door-for-a-second": (
            "Within a second of a call with a real key any other is taken for it.",
            told(lambda m: has_unknown_key(m) and caller_within(m, SECOND), lists(), lists(key="unknown")),
            acts_for(lambda m: caller_within(m, SECOND))),
    },
    "access.header-name-has-no-case": {
        "the-key-header-is-read-in-capitals-only": (
            "The key is not found in a header whose name has no capital.", spelled_header(SMALL), Overlooks(SMALL)),
        "the-key-header-is-read-in-one-spelling": (
            "The key is found under X-API-Key and x-api-key, and under no other spelling.",
            spelled_header(ODD), Overlooks(ODD)),
    },
}
