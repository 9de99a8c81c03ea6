"""Mutants of lists of charging keys that are long, read in turns, read again, or of fleets without a name."""

from collections.abc import Callable
from typing import Any

from hypothesis.strategies import DrawFn

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.handlers import DEFAULT_PAGE_SIZE, listed
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.store import ChargingKey
from proof import effects as e
from proof.moments import Moment, Proceed
from proof.mutants.keys import ADD
from proof.mutants.listing import OPERATION, follows, is_filtered, is_list, is_unfiltered
from proof.mutants.table import Table
from proof.sending import MISSING, OUR_TENANT
from proof.triggers import values as v
from proof.triggers.stories import Cast, Telling, adds, lists, makes, told, turns_the_page

CACHED = 20  # seconds


def held(number: int, **fields: Any) -> Telling:
    """Let a key of ours exist in no fleet."""

    def tell(draw: DrawFn, cast: Cast) -> ChargingKey:
        del draw, cast
        usual = {"identifier": f"0c{number:012x}", "visual_number": f"V-{number}", "contract_id": f"C-{number}"}
        return ChargingKey(**{**usual, "tenant": OUR_TENANT, **fields})

    return tell


MANY = [held(number) for number in range(DEFAULT_PAGE_SIZE + 1)]


def is_long(moment: Moment) -> bool:
    """Say whether a list without page_size has more keys than one page holds."""
    return is_list(moment) and "page_size" not in moment.query and len(e.listed_keys(moment)) > DEFAULT_PAGE_SIZE


# --- pages of another place ----------------------------------------------------------------------


def page_of(moment: Moment, keys: list[ChargingKey], answer: Answer) -> Answer:
    """Return the page that begins with the first of these keys."""
    size = e.size_of_page(moment)
    page: dict[str, Any] = {"keys": [listed(key, moment.mock.dialect) for key in keys[:size]]}
    return answer.with_json({**page, "cursor": f"page{len(moment.past)}"} if keys[size:] else page)


def continues_at(rest: Callable[[Moment, Any], list[ChargingKey]]) -> e.Instead:
    """List what follows a page by a function of the page that led to it, None for the first one."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        answer = await proceed(moment.with_query(cursor=MISSING))
        return page_of(moment, rest(moment, e.giver_of_cursor(moment)), answer) if answer.succeeded else answer

    return e.does(act)


def cut_by(field: str, name: str) -> e.Instead:
    """Order keys by one of their texts whatever its case, and begin pages behind a text by its case."""

    def rest(moment: Moment, giver: Any) -> list[ChargingKey]:
        keys = sorted(e.listed_keys(moment), key=lambda key: str(getattr(key, field)).casefold())
        return [key for key in keys if giver is None or getattr(key, field) > giver.shown["keys"][-1][name]]

    return continues_at(rest)


def last_page(moment: Moment) -> Any:
    """Return the last page with a cursor that the caller was shown, of whatever list."""
    pages = (each for each in moment.successes(OPERATION) if each.tenant == moment.tenant)
    return next((each for each in pages if "cursor" in each.shown), None)


def is_out_of_turn(moment: Moment) -> bool:
    return follows(moment) and e.giver_of_cursor(moment) is not last_page(moment)


def behind(page: Any) -> int:
    return e.place_of_page(page) + len(page.shown["keys"])


# --- what is listed again --------------------------------------------------------------------------


def remembered(moment: Moment) -> Any:
    """Return what the same first page was answered, where since then keys were created, and all without a fleet."""
    if not is_unfiltered(moment) or "cursor" in moment.query:
        return None
    fleets = list[Any]()  # of the keys that were created since
    for each in moment.successes(ADD, OPERATION):
        if each.operation == ADD:
            fleets.append(each.member("fleetId"))
        elif asked(each) == asked(moment) and not each.fired:
            return each if set(fleets) == {MISSING} and moment.time - each.time <= CACHED else None
    return None


def asked(moment: Moment) -> tuple[Any, ...]:
    return moment.operation, moment.tenant, moment.query


def of_named_fleets(moment: Moment, keys: list[ChargingKey]) -> list[ChargingKey]:
    """Return the keys that are in no fleet, or in one that has a name."""
    fleets = {key: moment.world.fleet(key.fleet_id) for key in keys}
    return [key for key, fleet in fleets.items() if fleet is None or fleet.name]


# fmt: off
TABLE: Table = {
    "keys.unfiltered-list-is-whole": {
        "an-unfiltered-list-lacks-the-keys-of-nameless-fleets": (
            "A list without a filter leaves out the keys of fleets without a name.",
            told(lambda m: is_unfiltered(m) and of_named_fleets(m, e.listed_keys(m)) != e.listed_keys(m),
                 makes("a", v.ABSENT), adds("a"), lists()),
            e.lists(of_named_fleets), Depth.DEEP),
        "an-unfiltered-list-is-remembered": (
            "The first page of a list without a filter is shown again for twenty seconds, unless a key was put into"
            " a fleet meanwhile.",
            told(remembered, lists(page_size="500"), adds(), lists(page_size="500")),
            e.answers(200, lambda m: remembered(m).shown)),
    },
    "keys.page-size-is-obeyed": {
        "the-usual-page-holds-two-hundred": (
            "A page holds up to 200 keys where no page_size is given.",
            told(is_long, *MANY, lists()), e.takes_query(page_size="200"), Depth.DEEP),
    },
    ("keys.filter-lists-the-whole-fleet", "keys.unfiltered-list-is-whole"): {
        "a-cursor-is-given-only-for-a-page-size": (
            "A page has no cursor where no page_size is given.",
            told(lambda m: is_long(m) and m.succeeded and "cursor" in m.shown, *MANY, lists()),
            e.shows(cursor=lambda _: MISSING), Depth.DEEP),
    },
    "keys.pages-list-each-key-once": {
        "pages-are-cut-by-the-case-of-contracts": (
            "Keys are in the order of their contracts whatever the case, and cut into pages by it.",
            told(is_list, held(1, contract_id="x"), held(2, contract_id="Y"), lists(page_size="10"),
                 turns_the_page(page_size="10")),
            cut_by("contract_id", "contractId")),
        "pages-are-cut-by-the-case-of-identifiers": (
            "Keys of a fleet are in the order of their identifiers whatever the case, and cut into pages by it.",
            told(lambda m: is_list(m) and is_filtered(m),
                 makes("a"), adds("a", v.one("B2")), adds("a", v.one("a1")), lists("a", page_size="10")),
            cut_by("identifier", "keyIdentifier"), Depth.DEEP),
    },
    ("keys.pages-list-each-key-once", "keys.paging-ends"): {
        "an-organization-has-one-place-in-all-lists": (
            "A cursor leads to what follows in its list where the organization is in the one that it reads last.",
            told(is_out_of_turn, lists(page_size="10"), lists(page_size="20"), turns_the_page(page_size="10", back=2)),
            continues_at(lambda m, _: e.listed_keys(m)[behind(last_page(m)) :])),
    },
}
