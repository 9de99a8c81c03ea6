"""Mutants that break what a list of charging keys promises."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Json
from fleet_contract.mock_server.store import ChargingKey
from proof import effects as e
from proof.moments import Moment
from proof.mutants.keys import dropping, maker
from proof.mutants.look_ups import is_like
from proof.mutants.table import Row, Table, answered
from proof.sending import KEYS, MISSING, THEIRS, Request, listing, request
from proof.triggers import values as v
from proof.triggers.classes import Predicate
from proof.triggers.stories import Telling, adds, lists, makes, told, turns_the_page

OPERATION = "list_charging_keys"


def newer(keys: list[ChargingKey], moment: Moment) -> list[ChargingKey]:
    """Return the keys of a caller that were made after all of some."""
    own = e.own_keys(moment)
    return own[own.index(keys[-1]) + 1 :] if keys else []


def giver(moment: Moment) -> str | None:
    """Return who was given the cursor of a call last, where that was not its caller."""
    given_by = e.giver_of_cursor(moment) if moment.operation == OPERATION and moment.tenant else None
    return given_by.tenant if given_by and given_by.tenant != moment.tenant else None


def is_pushed_out(moment: Moment, key: ChargingKey) -> bool:
    """Say whether ten keys have been put into other fleets since one was created in a fleet."""
    keys = moment.world.keys
    was_created = key.fleet_id and key not in moment.mock.parts.seed.charging_keys
    since = keys[keys.index(key) :] if was_created else ()
    return sum(other.fleet_id not in (None, key.fleet_id) for other in since) >= 10


def is_filtered(moment: Moment) -> bool:
    return moment.operation == OPERATION and "fleetId" in moment.query


def was_empty(moment: Moment) -> bool:
    """Say whether the filtered list that a call asks for was empty before."""
    same = (each for each in moment.successes(OPERATION) if (each.tenant, each.id) == (moment.tenant, moment.id))
    return is_filtered(moment) and any(not each.shown["keys"] for each in same)


def is_list(moment: Moment) -> bool:
    return moment.operation == OPERATION and moment.tenant is not None


def is_unfiltered(moment: Moment) -> bool:
    return is_list(moment) and "fleetId" not in moment.query


def follows(moment: Moment) -> bool:
    """Say whether a call asks for a page to which another led."""
    return is_list(moment) and e.giver_of_cursor(moment) is not None


def keys_of_all(moment: Moment, keys: list[ChargingKey]) -> list[ChargingKey]:
    """Return listed keys, and behind them those of other organizations."""
    return keys + [key for key in moment.world.keys if key.tenant != moment.tenant]


def first_fleet(moment: Moment) -> str | None:
    """Return the fleet of the key that was made first of those in fleets."""
    return next((key.fleet_id for key in e.own_keys(moment) if key.fleet_id), None)


# --- what a key is listed as -------------------------------------------------------------------------


def items(text: str, change: Callable[[Json], Json], holds: Callable[[Json], Any] = lambda _: True) -> Row:
    """Return the mutant that lists some keys in another way."""
    some = told(lambda m: is_list(m) and m.succeeded and any(map(holds, m.shown["keys"])), *SOME)
    return text, some, e.shows(keys=lambda keys: [change(item) if holds(item) else item for item in keys])


def without(field: str, holds: Callable[[Json], Any] = lambda _: True, what: str = "") -> Row:
    def change(item: Json) -> Json:
        return {name: value for name, value in item.items() if name != field}

    return items(f"The property {field}{what} is left out.", change, holds)


def shown_with(text: str, holds: Callable[[Json], Any] = lambda _: True, **members: Callable[[Json], Any]) -> Row:
    def change(item: Json) -> Json:
        return {**item, **{name: value(item) for name, value in members.items()}}

    return items(text, change, holds)


def is_in_a_fleet(item: Json) -> bool:
    return "fleetId" in item


# --- which keys a list has ---------------------------------------------------------------------------


def lacking(text: str, keep: Callable[[list[ChargingKey]], list[ChargingKey]], of: Predicate, *steps: Telling) -> Row:
    """Return the mutant of lists that lack keys which they should have."""
    lacks = told(lambda m: of(m) and keep(e.listed_keys(m)) != e.listed_keys(m), *steps)
    return text, lacks, e.lists(lambda _, keys: keep(keys))


def matching(text: str, alike: Callable[[str, str], Any], spelled: Callable[[str], str]) -> Row:
    """Return the mutant of filters that find the keys of fleets whose ids are alike."""

    def found(moment: Moment) -> list[ChargingKey]:
        wanted = str(moment.query["fleetId"])
        in_fleets = [key for key in e.own_keys(moment) if key.fleet_id]
        return [key for key in in_fleets if key.fleet_id == wanted or alike(wanted, str(key.fleet_id))]

    finds = told(lambda m: is_filtered(m) and m.tenant and found(m) != e.listed_keys(m),
                 makes("a"), adds("a"), lists_for(spelled), ids=ODD_IDS)  # fmt: skip
    return text, finds, e.lists(lambda m, _: found(m))


def lists_for(spelled: Callable[[str], str]) -> Telling:
    """List the keys of the fleet whose id is that of the fleet a in other words."""
    return lambda draw, cast: listing(parameters={"fleetId": spelled(cast.id("a", draw))})


def respelled(id: str) -> Request:
    """List the keys of a fleet, with each hyphen of its id encoded."""
    return request("GET", KEYS, f"fleetId={id.replace('-', '%2D')}")


ODD_IDS = st.builds("x{}-{}".format, v.PLAIN, v.PLAIN)
SOME = (makes("a"), adds(), adds("a", v.one("0012A3B4"), members={"enabled": False}), lists(page_size="500"))
IN_A = (makes("a"), *[adds("a")] * 3, lists("a"))

# fmt: off
TABLE: Table = {
    "keys.list-answers-a-page": {
        "the-list-is-an-array": (
            "The keys are answered as an array without the object around it.",
            told(is_list, lists()), e.shows_value(lambda page, _: page["keys"])),
        "the-list-is-null": (
            "The keys are answered as null.", told(is_list, lists()), e.shows_value(lambda _, __: None)),
        "the-keys-are-called-items": (
            "The array of keys is called items.",
            told(is_list, lists()), e.shows_value(lambda page, _: {"items": page.pop("keys"), **page})),
        "an-empty-fleet-has-no-list": (
            "The list of the keys of a fleet of the caller without any is answered 404.",
            told(lambda m: is_filtered(m) and m.is_own and not e.listed_keys(m), makes("a"), lists("a")),
            e.refuses(Kind.UNKNOWN_FLEET)),
        "an-empty-list-is-null": (
            "Where there is no key to list, keys is null.",
            told(lambda m: is_list(m) and m.succeeded and not m.shown["keys"], makes("a"), lists("a")),
            e.shows(keys=lambda _: None)),
        "pages-are-partial-content": answered(
            "A page with a cursor is",
            told(lambda m: is_list(m) and m.succeeded and "cursor" in m.shown, lists(page_size="10")), 206),
        "a-list-of-one-is-no-array": (
            "Where there is one key to list, keys is that key.",
            told(lambda m: is_list(m) and m.succeeded and len(m.shown["keys"]) == 1, makes("a"), adds("a"), lists("a")),
            e.shows(keys=lambda keys: keys[0])),
    },
    "keys.items-are-complete": {
        "keys-are-listed-without-contract-id": without("contractId"),
        "keys-are-listed-without-enabled": without("enabled"),
        "keys-have-no-end": without("validTo"),
        "enabled-is-a-word": shown_with(
            "The property enabled is a string.", enabled=lambda item: str(item["enabled"]).lower()),
        "enabled-is-a-digit": shown_with("The property enabled is 0 or 1.", enabled=lambda item: int(item["enabled"])),
        "keys-end-in-milliseconds": shown_with("The property validTo is a number.", validTo=lambda _: 4102444799000),
        "keys-end-never": shown_with("The property validTo is null.", validTo=lambda _: None),
        "a-disabled-key-is-listed-without-an-end": without(
            "validTo", lambda item: not item["enabled"], " of a disabled key"),
    },
    "keys.listed-as-created": {
        "leading-zeros-of-a-key-are-lost": shown_with(
            "A listed keyIdentifier lacks the zeros at its beginning, as a number would.",
            lambda item: item["keyIdentifier"].startswith("0"),
            keyIdentifier=lambda item: item["keyIdentifier"].lstrip("0")),
    },
    "keys.created-key-is-in-its-fleet": {
        "every-listed-key-shows-the-same-fleet": shown_with(
            "Whatever its fleet, a listed charging key shows one and the same fleetId.",
            is_in_a_fleet, fleetId=lambda _: "F0000001"),
    },
    ("keys.filter-lists-only-the-fleet", "keys.created-key-is-in-its-fleet"): {
        "a-listed-key-shows-its-own-number-as-its-fleet": shown_with(
            "A listed charging key shows what is printed on it as its fleetId.",
            is_in_a_fleet, fleetId=lambda item: item["visualNumber"]),
        "a-listed-key-shows-its-fleet-in-capitals": shown_with(
            "A listed charging key shows the id of its fleet in capitals.",
            lambda item: item.get("fleetId", "").upper() != item.get("fleetId", ""),
            fleetId=lambda item: item["fleetId"].upper()),
    },
    "keys.filter-lists-only-the-fleet": {
        "the-filter-is-ignored": (
            "Every list shows all keys of the caller.",
            told(lambda m: is_filtered(m) and m.tenant, makes("a"), lists("a")), e.takes_query(fleetId=MISSING)),
        "the-filter-lets-keys-without-a-fleet-pass": (
            "A filtered list shows the keys without a fleet too.",
            told(lambda m: is_filtered(m) and m.tenant, makes("a"), adds(), lists("a", page_size="500")),
            e.lists(lambda m, keys: [key for key in e.own_keys(m) if key in keys or key.fleet_id is None])),
        "the-filter-is-ignored-after-the-first-page": (
            "A list that follows a cursor shows all keys of the caller.",
            told(lambda m: follows(m) and is_filtered(m),
                 makes("a"), *[adds("a")] * 12, lists("a", page_size="10"), turns_the_page("a", page_size="10")),
            e.lists(lambda m, _: e.own_keys(m))),
        "a-cursor-forgets-the-filter": (
            "A list that follows a cursor shows all newer keys of the caller.",
            told(lambda m: follows(m) and is_filtered(m),
                 makes("a"), *[adds("a")] * 12, adds(),
                 lists("a", page_size="10"), turns_the_page("a", page_size="10")),
            e.lists(lambda m, keys: keys + newer(keys, m))),
        "a-filter-that-finds-nothing-is-ignored": (
            "A filter with an id that no fleet of the caller has lists all keys of the caller.",
            told(lambda m: is_filtered(m) and m.tenant and not m.is_own, lists("a")), e.takes_query(fleetId=MISSING)),
        "the-beginning-of-a-fleets-id-filters": matching(
            "A filtered list shows the keys of every fleet whose id begins like the filter.",
            lambda wanted, known: known.startswith(wanted), lambda known: known[:-2]),
        "a-filter-has-no-case": matching(
            "A filtered list shows the keys of every fleet whose id differs from the filter's at most in case.",
            lambda wanted, known: wanted.casefold() == known.casefold(), str.upper),
        "a-filter-is-a-pattern": matching(
            "A filtered list shows the keys of every fleet whose id is like the filter, as in SQL.",
            is_like, lambda known: f"{known[:3]}%"),
        "a-filter-is-decoded-twice": matching(
            "The fleetId of a filter is percent-decoded once more after it was.",
            lambda wanted, known: unquote(wanted) == known, lambda known: known.replace("-", "%2D")),
    },
    "keys.filter-lists-the-whole-fleet": {
        "the-filter-misses-disabled-keys": lacking(
            "A filtered list leaves out the keys that are disabled.",
            lambda keys: [key for key in keys if key.enabled], is_filtered,
            makes("a"), adds("a", members={"enabled": False}), lists("a")),
        "the-filter-misses-the-last-key": lacking(
            "A filtered list leaves out the key that was created last.", lambda keys: keys[:-1], is_filtered, *IN_A),
        "the-filter-misses-the-first-key": lacking(
            "A filtered list leaves out the key of the fleet that was created first, where there are others.",
            lambda keys: keys[1:] or keys, is_filtered, *IN_A),
        "a-filtered-list-ends-at-twenty": lacking(
            "A filtered list shows the first twenty keys of the fleet and no more, on however many pages.",
            lambda keys: keys[:20], is_filtered, makes("a"), *[adds("a")] * 22, lists("a")),
        "an-empty-list-stays-empty": (
            "A fleet whose keys were listed before it had any has none from then on.",
            told(was_empty, makes("a"), lists("a"), adds("a"), lists("a")), e.shows_value({"keys": []})),
        "a-filter-is-compared-as-it-is-spelled": (
            "A filtered list shows nothing where the query encodes a hyphen, which it need not.",
            told(lambda m: is_filtered(m) and b"%2D" in m.call.raw_query,
                 makes("a"), adds("a"), lambda draw, cast: respelled(cast.id("a", draw))),
            e.shows_value({"keys": []})),
        "a-filter-ends-at-an-equals-sign": (
            "What follows an equals sign in the fleetId of a filter is lost, as where a query is divided at each.",
            told(lambda m: is_filtered(m) and "=" in m.query["fleetId"],
                 makes("a"), adds("a"), lists("a"), ids=v.IDS.map("{}=1".format)),
            e.takes_id(lambda sent: sent.split("=")[0])),
        "a-fleet-keeps-its-keys-until-another-has-ten": (
            "A charging key is in its fleet until ten have been put into other ones.",
            told(lambda m: is_filtered(m) and any(is_pushed_out(m, key) for key in e.listed_keys(m)),
                 makes("a"), makes("b"), adds("a"), *[adds("b")] * 10, lists("a")),
            e.lists(lambda m, keys: [key for key in keys if not is_pushed_out(m, key)])),
    },
    "keys.unfiltered-list-is-whole": {
        "an-unfiltered-list-shows-no-key-of-a-fleet": lacking(
            "A list without a filter shows the keys without a fleet and no others.",
            lambda keys: [key for key in keys if not key.fleet_id], is_unfiltered, makes("a"), adds("a"), lists()),
        "a-key-without-a-fleet-is-not-kept": (
            "A charging key that is created in no fleet is answered and not kept.",
            *dropping(lambda m, key: key.fleet_id is None and maker(m, key), adds())),
        "an-unfiltered-list-shows-keys-of-fleets-only": lacking(
            "A list without a filter leaves out the keys without a fleet.",
            lambda keys: [key for key in keys if key.fleet_id], is_unfiltered, adds(), lists()),
        "an-unfiltered-list-ends-at-forty": lacking(
            "A list without a filter shows the first forty keys and no more.",
            lambda keys: keys[:40], is_unfiltered, lists()),
        "an-unfiltered-list-shows-one-fleet": (
            "A list without a filter leaves out the keys of every fleet but the one whose key was made first.",
            told(is_unfiltered, makes("a"), adds("a"), lists()),
            e.lists(lambda m, keys: [key for key in keys if key.fleet_id in (first_fleet(m), None)])),
    },
    "keys.of-others-are-hidden": {
        "keys-of-all-organizations-are-listed": (
            "A list without a filter shows the keys of every organization.",
            told(is_unfiltered, lists()), e.lists(keys_of_all)),
        "keys-of-a-foreign-fleet-are-listed": (
            "A filter with the id of another organization's fleet shows its keys.",
            told(lambda m: is_filtered(m) and m.is_foreign, makes("a", key=THEIRS), adds("a", key=THEIRS), lists("a")),
            e.acts_for(lambda m: m.fleet.tenant)),
        "a-second-page-shows-all-organizations": (
            "A list that follows a cursor shows the keys of every organization.",
            told(follows, lists(page_size="40"), turns_the_page(page_size="40")), e.lists(keys_of_all)),
        "a-cursor-opens-the-list-of-its-first-user": (
            "A cursor leads on in the list of the organization that it was given to, whoever sends it.",
            told(giver, lists(page_size="10"), turns_the_page(key=THEIRS)), e.acts_for(giver)),
    },
}
