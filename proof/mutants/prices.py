"""Mutants that break what a location and its prices promise."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from zlib import crc32

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import State, priced
from proof.effects import answers, does, refuses, sends, shows, shows_value, status
from proof.moments import Moment, Proceed
from proof.mutants.table import Table
from proof.sending import LOCATIONS, MISSING, Request, location, request
from proof.triggers import values as v
from proof.triggers.calls import OWN, SUCCEEDED, UNKNOWN, locations, own, refused
from proof.triggers.stories import Cast, Telling, looks, makes, told

OPERATION = "get_location"
# An escape of a character that RFC 3986, section 2.3, calls unreserved.
NEEDLESS = re.compile(rb"fleetId=[^&]*%(2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])", re.IGNORECASE)


def prices_in(seed: State) -> set[tuple[str, str]]:
    """Return each location with each fleet that has prices of its own there, which no request could bring about."""
    return {(each.id, fleet) for each in seed.locations for fleet in each.fleet_prices}


def sees(fleet: str | None = None, spelled: Callable[[str], str] = quote) -> Telling:
    """Look at a location where the fleet "priced" has prices of its own: for it, for another fleet or for none."""

    def tell(draw: DrawFn, cast: Cast) -> Request:
        if "place" not in cast.ids:
            cast.ids["place"], cast.ids["priced"] = draw(st.sampled_from(sorted(prices_in(default_seed()))))
        query = f"fleetId={spelled(cast.id(fleet, draw))}" if fleet else ""
        return request("GET", f"{LOCATIONS}/{cast.ids['place']}", query)

    return tell


def in_escapes(id: str) -> str:
    return "".join(f"%{byte:02X}" for byte in id.encode())


def is_priced(moment: Moment) -> bool:
    """Say whether a fleet that has prices of its own at a location is to be shown them."""
    is_for_a_fleet = moment.operation == OPERATION and moment.is_own
    return is_for_a_fleet and (moment.path["locationId"], moment.fleet.id) in prices_in(moment.mock.parts.seed)


def looks_before(moment: Moment) -> list[Moment]:
    """Return what its organization was answered of a location before, the last first."""
    looks = moment.successes(OPERATION) if moment.operation == OPERATION else ()
    return [each for each in looks if (each.path, each.tenant) == (moment.path, moment.tenant)]


def last_price(moment: Moment) -> Any:
    """Return the look before one for no fleet, where that was for a fleet with prices of its own."""
    last = next(iter(looks_before(moment)), None)
    return last if last and is_priced(last) and "fleetId" not in moment.query else None


def first_price(moment: Moment) -> Any:
    """Return the first look for a fleet with prices of its own, before one for no fleet."""
    looks = (each for each in reversed(looks_before(moment)) if is_priced(each))
    return next(looks, None) if "fleetId" not in moment.query else None


def fleet_before(moment: Moment) -> Any:
    """Return the fleetId of the last look for another fleet than that of one."""
    others = (each.id for each in looks_before(moment) if each.id not in (moment.id, MISSING))
    return next(others, None) if moment.is_own else None


def is_nowhere(moment: Moment) -> bool:
    places = (each.id for each in moment.mock.parts.seed.locations)
    return moment.operation == OPERATION and bool(moment.tenant) and moment.path["locationId"] not in places


def first_place(moment: Moment) -> Call:
    path = f"{moment.call.raw_path.rpartition('/')[0]}/{moment.mock.parts.seed.locations[0].id}"
    return replace(moment.call, raw_path=path)


def at_price(body: Json, amount: str) -> Json:
    return priced(body, {"currency": "EUR", "elements": [{"type": "ENERGY", "price": amount}]})


async def invents_a_price(moment: Moment, proceed: Proceed) -> Answer:
    answer = await proceed(moment.with_query(fleetId=MISSING))
    return answer.with_json(at_price(answer.json, "0.01")) if answer.succeeded else answer


def without_fleet(moment: Moment) -> Call:
    return moment.with_query(fleetId=MISSING)


# fmt: off
SHOWN = locations() & SUCCEEDED
NOWHERE = told(is_nowhere, lambda draw, _: location(draw(v.PLAIN)))
UNFOUND = NOWHERE & refused(Kind.UNKNOWN_LOCATION)
TABLE: Table = {
    "prices.location-is-answered": {
        "a-location-is-answered-203": ("A location is answered as if it came from a cache.", SHOWN, status(203)),
        "a-location-has-no-fleet-prices": (
            "A location is not found for a fleet of the caller's.", locations(OWN), refuses(Kind.UNKNOWN_LOCATION)),
        "a-second-look-at-a-location-is-refused": (
            "Who was answered a location before is refused it with 403.",
            told(looks_before, looks(), looks()), refuses(Kind.FOREIGN_FLEET)),
        "a-location-is-not-found-for-a-fleet-beyond-ascii": (
            "A location is not found for a fleet of the caller's whose id is not in ASCII.",
            locations(own(v.BEYOND_ASCII)), refuses(Kind.UNKNOWN_LOCATION)),
    },
    "prices.answer-is-the-location": {
        "a-location-is-answered-as-an-array": (
            "A location is answered as the only item of an array.", SHOWN, shows_value(lambda body, _: [body])),
        "a-location-is-answered-with-a-number-for-an-id": (
            "The id of a location is shown as a number.", SHOWN, shows(id=lambda text: crc32(text.encode()))),
        "another-location-is-answered": (
            "The answer to a look for a fleet has the id of another location.",
            locations(OWN), shows(id="{}-2".format)),
    },
    "prices.fleet-has-its-own": {
        "prices-of-fleets-are-ignored": (
            "Every fleet is shown the default prices.", told(is_priced, sees("priced")), sends(without_fleet)),
        "prices-of-a-fleet-are-shown-once": (
            "A fleet is shown its own prices at its first look at a location, and the default ones from then on.",
            told(lambda m: is_priced(m) and any(each.id == m.id for each in looks_before(m)),
                 sees("priced"), sees("priced")),
            sends(without_fleet)),
        "the-fleet-of-a-price-is-compared-as-it-is-spelled": (
            "A location shows the default prices where the query encodes of the fleetId what it need not.",
            told(lambda m: is_priced(m) and NEEDLESS.search(m.call.raw_query), sees("priced", in_escapes)),
            sends(without_fleet)),
        "prices-of-the-fleet-asked-before-are-shown": (
            "A look at a location for a fleet shows the prices of the other fleet for which there was one last.",
            told(fleet_before, makes("a"), sees("priced"), sees("a")),
            sends(lambda m: m.with_query(fleetId=fleet_before(m)))),
    },
    "prices.default-stays": {
        "prices-of-a-fleet-become-the-default": (
            "Once a fleet has seen its prices at a location, looks for no fleet show them for ever.",
            told(first_price, sees("priced"), sees()), answers(200, lambda m: first_price(m).shown)),
        "prices-of-a-fleet-stick": (
            "Once a fleet has seen its prices at a location, the next look there shows them if it is for no fleet.",
            told(last_price, sees("priced"), sees()), answers(200, lambda m: last_price(m).shown)),
        "prices-drift": (
            "Every look at a location for no fleet shows other prices than the one before.",
            locations(fleetId=v.ABSENT), shows_value(lambda body, m: at_price(body, f"0.{len(m.past):02}"))),
        "a-fleet-that-nobody-has-is-given-a-price": (
            "A look at a location for a fleet that nobody has shows other prices than the default ones.",
            locations(UNKNOWN), does(invents_a_price)),
    },
    "prices.unknown-location-is-404": {
        "an-unknown-location-is-empty": (
            "A location that does not exist is answered 200 with an empty object.", NOWHERE, answers(200, {})),
        "an-unknown-location-is-no-content": ("A location that does not exist is answered 204.", UNFOUND, status(204)),
        "an-unknown-location-is-gone": ("A location that does not exist is answered 410.", UNFOUND, status(410)),
        "an-unknown-location-is-the-first": (
            "In the place of a location that does not exist the first one is answered.", NOWHERE, sends(first_place)),
    },
}
