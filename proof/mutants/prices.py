"""Mutants that break what a location and its prices promise."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from zlib import crc32

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import priced
from proof import sending
from proof.effects import answers, does, finds, refuses, sends, shows, shows_value, status, takes_query
from proof.moments import Moment, Proceed
from proof.mutants.table import Row, Table, answered
from proof.sending import LOCATIONS, MISSING, OURS, THEIRS, Request, location, request
from proof.triggers import values as v
from proof.triggers.calls import OWN, SUCCEEDED, UNKNOWN, locations, own, refused
from proof.triggers.classes import when
from proof.triggers.stories import Cast, Telling, looks, makes, told

# No request gives a fleet prices of its own, so those of the seed are all there are.
PRICED = [(each.id, fleet) for each in default_seed().locations for fleet in each.fleet_prices]
# An escape of a character that RFC 3986, section 2.3, calls unreserved.
NEEDLESS = re.compile(rb"fleetId=[^&]*%(2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])", re.IGNORECASE)


def sees(fleet: str | None = None, spelled: Callable[[str], str] = quote, key: str = OURS) -> Telling:
    """Look at a location where the fleet "priced" has prices of its own: for it, for another fleet or for none."""

    def tell(draw: DrawFn, cast: Cast) -> Request:
        if "place" not in cast.ids:
            cast.ids["place"], cast.ids["priced"] = draw(st.sampled_from(PRICED))
        query = f"fleetId={spelled(cast.id(fleet, draw))}" if fleet else ""
        return request("GET", f"{LOCATIONS}/{cast.ids['place']}", query, key=key)

    return tell


def renames(fleet: str) -> Telling:
    """Rename a fleet that has prices of its own somewhere."""

    def tell(draw: DrawFn, cast: Cast) -> Request:
        cast.ids["place"], cast.ids["priced"] = draw(st.sampled_from(PRICED))
        return sending.rename(cast.id(fleet, draw), members={"newName": draw(v.PLAIN)})

    return tell


def place(moment: Moment) -> Any:
    """Return the location that a look means."""
    return next((each for each in moment.mock.parts.seed.locations if each.id == moment.path.get("locationId")), None)


def is_priced(moment: Moment) -> bool:
    """Say whether a look is for a fleet that has prices of its own there."""
    return moment.is_own and moment.fleet.id in getattr(place(moment), "fleet_prices", ())


def looks_before(moment: Moment) -> list[Moment]:
    """Return what its organization was answered of a location before, the last first."""
    looks = moment.successes("get_location")
    return [each for each in looks if (each.path, each.tenant) == (moment.path, moment.tenant)]


def told_of(id: Callable[[str], str]) -> Telling:
    """Look at the place of the story for an id that is made from that of the priced fleet."""
    return lambda draw, cast: sees("other")(draw, replace(cast, ids={**cast.ids, "other": id(cast.ids["priced"])}))


def priced_fleet(moment: Moment, is_like: Callable[[str, str], bool]) -> Any:
    """Return the fleet with prices at a location to whose id that of a look is like, which is nobody's."""
    if moment.operation != "get_location" or not place(moment) or not UNKNOWN.holds(moment):
        return None
    ids = [id for id in place(moment).fleet_prices if is_like(moment.id, id)]
    return moment.world.fleet(ids[0]) if ids else None


def resembling(text: str, is_like: Callable[[str, str], bool], id: Callable[[str], str]) -> Row:
    """Return the mutant that shows prices of a fleet for ids that resemble its own."""
    shown = told(lambda m: priced_fleet(m, is_like), sees("priced"), told_of(id))
    return text, shown, finds(lambda m: priced_fleet(m, is_like))


def look_before_of_another(moment: Moment) -> Any:
    """Return the last look at a location by anybody, where that was another organization's for its priced fleet."""
    looks = (each for each in moment.successes("get_location") if each.path == moment.path)
    last = next(looks, None)
    return last if last and last.tenant != moment.tenant and is_priced(last) else None


def looks_for_others(moment: Moment) -> list[Moment]:
    return [each for each in looks_before(moment) if each.is_own and each.id != moment.id]


def first_place(moment: Moment) -> Call:
    path = f"{moment.call.raw_path.rpartition('/')[0]}/{moment.mock.parts.seed.locations[0].id}"
    return replace(moment.call, raw_path=path)


def at_price(body: Json, amount: str) -> Json:
    return priced(body, {"currency": "EUR", "elements": [{"type": "ENERGY", "price": amount}]})


async def invents_a_price(moment: Moment, proceed: Proceed) -> Answer:
    answer = await proceed(moment.with_query(fleetId=MISSING))
    return answer.with_json(at_price(answer.json, "0.01")) if answer.succeeded else answer


# fmt: off
SHOWN, FOR_NOBODY = locations() & SUCCEEDED, locations(fleetId=v.ABSENT)
OF_ITS_OWN = told(locations() & when(is_priced), sees("priced"))
NOWHERE = told(locations() & when(lambda m: m.tenant and not place(m)), lambda draw, _: location(draw(v.PLAIN)))
UNFOUND = NOWHERE & refused(Kind.UNKNOWN_LOCATION)
DEFAULT = takes_query(fleetId=MISSING)
TABLE: Table = {
    "prices.location-is-answered": {
        "a-location-is-answered-203": ("A location is answered 203 Non-Authoritative Information.", SHOWN, status(203)),
        "a-location-has-no-fleet-prices": (
            "A location is not found for a fleet of the caller's.", locations(OWN), refuses(Kind.UNKNOWN_LOCATION)),
        "a-second-look-at-a-location-is-refused": ("A location is answered 403 to whoever was shown it before.",
            told(locations() & when(looks_before), looks(), looks()), refuses(Kind.FOREIGN_FLEET)),
        "a-location-is-not-found-for-a-fleet-beyond-ascii": (
            "A location is not found for a fleet of the caller's whose id is not in ASCII.",
            locations(own(v.BEYOND_ASCII)), refuses(Kind.UNKNOWN_LOCATION)),
    },
    "prices.answer-is-the-location": {
        "a-location-is-answered-as-an-array": (
            "A location is answered as the only item of an array.", SHOWN, shows_value(lambda body, _: [body])),
        "a-location-is-null": ("A location is answered as null.", SHOWN, shows_value(lambda _, __: None)),
        "a-location-is-answered-with-a-number-for-an-id": (
            "The id of a location is shown as a number.", SHOWN, shows(id=lambda text: crc32(text.encode()))),
        "another-location-is-answered": (
            "A look at a location for a fleet is answered with the id of another location.",
            locations(OWN), shows(id="{}-2".format)),
    },
    "prices.fleet-has-its-own": {
        "prices-of-fleets-are-ignored": ("Every fleet is shown the default prices.", OF_ITS_OWN, DEFAULT),
        "prices-of-a-fleet-are-shown-once": (
            "A fleet is shown its own prices at its first look at a location, and the default ones from then on.",
            told(OF_ITS_OWN & when(lambda m: any(each.id == m.id for each in looks_before(m))),
                 sees("priced"), sees("priced")),
            DEFAULT),
        "the-fleet-of-a-price-is-compared-as-it-is-spelled": (
            "A location shows the default prices where the query encodes more of the fleetId than it need.",
            told(OF_ITS_OWN & when(lambda m: NEEDLESS.search(m.call.raw_query)),
                 sees("priced", lambda id_: "".join(f"%{byte:02X}" for byte in id_.encode()))),
            DEFAULT),
        "prices-of-the-fleet-asked-before-are-shown": (
            "A look at a location for a fleet shows the prices of the other fleet for which one was looked at last.",
            told(locations(OWN) & when(looks_for_others), makes("a"), sees("priced"), sees("a")),
            finds(lambda m: looks_for_others(m)[0].fleet)),
        "prices-do-not-outlive-a-rename": ("A renamed fleet is shown the default prices in the place of its own.",
            told(OF_ITS_OWN & when(lambda m: m.times("rename_fleet")), renames("priced"), sees("priced")), DEFAULT),
        "prices-of-a-fleet-wear-out": (
            "A fleet is shown its own prices at a location ten times, and the default ones from then on.",
            told(OF_ITS_OWN & when(lambda m: sum(each.id == m.id for each in looks_before(m)) >= 10),
                 *[sees("priced")] * 11), DEFAULT, Depth.DEEP),
    },
    "prices.default-stays": {
        "prices-of-a-fleet-become-the-default": (
            "Once a fleet has seen its prices at a location, looks for no fleet show them for ever.",
            told(FOR_NOBODY & when(lambda m: any(map(is_priced, looks_before(m)))), sees("priced"), sees()),
            answers(200, lambda m: [each.shown for each in looks_before(m) if is_priced(each)][-1])),
        "prices-of-a-fleet-stick": (
            "Once a fleet has seen its prices at a location, the next look there shows them if it is for no fleet.",
            told(FOR_NOBODY & when(lambda m: any(map(is_priced, looks_before(m)[:1]))), sees("priced"), sees()),
            answers(200, lambda m: looks_before(m)[0].shown)),
        "a-fleet-that-nobody-has-is-given-a-price": (
            "A look at a location for a fleet that nobody has shows other prices than the default ones.",
            locations(UNKNOWN), does(invents_a_price)),
        "an-id-that-begins-like-a-fleets-has-its-prices": resembling(
            "An id that no fleet has shows the prices of a fleet with whose id it begins.",
            str.startswith, "{}-2".format),
        "an-id-that-ends-like-a-fleets-has-its-prices": resembling(
            "An id that no fleet has shows the prices of a fleet with whose id it ends.", str.endswith, "a-{}".format),
        "the-prices-of-a-fleet-are-anothers-default": (
            "The prices of a fleet are shown to the next organization that looks at the location for none.",
            told(FOR_NOBODY & when(look_before_of_another), sees("priced"), sees(key=THEIRS)),
            answers(200, lambda m: look_before_of_another(m).shown)),
    },
    "prices.unknown-location-is-404": {
        "an-unknown-location-is-empty": (
            "A location that does not exist is answered 200 with an empty object.", NOWHERE, answers(200, {})),
        "an-unknown-location-is-no-content": answered("A location that does not exist is", UNFOUND, 204),
        "an-unknown-location-is-gone": answered("A location that does not exist is", UNFOUND, 410),
        "an-unknown-location-is-the-first": (
            "In the place of a location that does not exist the first one is answered.", NOWHERE, sends(first_place)),
    },
}
