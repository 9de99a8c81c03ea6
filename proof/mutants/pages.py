"""Mutants that break what is promised of the pages of a list of charging keys."""

from collections.abc import Callable
from typing import Any

from fleet_contract.mock_server.handlers import PAGE_SIZES
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.seed import default_seed
from proof import effects as e
from proof.moments import Moment, Proceed
from proof.mutants.listing import follows, is_list
from proof.mutants.table import Row, Table, answered
from proof.sending import MISSING, OUR_TENANT
from proof.triggers import stories
from proof.triggers import values as v
from proof.triggers.calls import VALID, listings, refused
from proof.triggers.classes import Class, Predicate
from proof.triggers.stories import adds, makes, told, turns_the_page
from proof.triggers.values import Values, integers

SMALL, IN_RANGE = integers(10, 40), integers(PAGE_SIZES.start, PAGE_SIZES.stop - 1)
BELOW, NEGATIVE = v.integers_to(PAGE_SIZES.start - 1), v.integers_to(-1)
OUTSIDE = BELOW | v.integers_from(PAGE_SIZES.stop)
HELD = len([key for key in default_seed().charging_keys if key.tenant == OUR_TENANT])
NO_SUCH_PAGE = {"title": "Not Found", "status": 404, "detail": "There is no such page."}
OUT_OF_RANGE = refused(Kind.BAD_PAGE_SIZE)
# What follows the first page of a list that has several, in pages of different sizes.
FIRST = stories.lists(page_size=SMALL)
PAGES = (FIRST, *[turns_the_page(page_size="10")] * 3)
ALL_IN_TENS = (stories.lists(page_size="10"), *[turns_the_page(page_size="10")] * 4)
KEPT_IN_TENS = (makes("a"), *[adds("a")] * 20, stories.lists("a", page_size="10"), turns_the_page("a", page_size="10"))


def is_sized(moment: Moment) -> bool:
    return is_list(moment) and IN_RANGE.fits(moment.query.get("page_size", MISSING))


def honest_size(moment: Moment) -> int:
    return int(moment.query["page_size"])


def taken_for(text: str, sizes: Values, drawn: Values, change: Callable[[int], Any]) -> Row:
    """Return the mutant that takes some sizes of a page for others."""
    taken = Class(listings(page_size=sizes).holds, listings(page_size=drawn).members)
    return text, taken, e.takes_query(page_size=lambda size: change(int(size)))


# --- sizes out of range --------------------------------------------------------------------------------


def cuts(keys: Callable[[list[Any], int], list[Any]]) -> e.Instead:
    """Answer a part of the smallest page to a size out of range."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        answer = await proceed(moment.with_query(page_size=str(PAGE_SIZES.start)))
        if not answer.succeeded:
            return answer
        page = answer.json
        return answer.with_json({**page, "keys": keys(page["keys"], honest_size(moment))})

    return e.does(act)


# --- cursors where nothing follows ---------------------------------------------------------------------


def leads_on(is_led_on: Predicate, after: Callable[[Moment], Answer]) -> e.Instead:
    """Add a cursor to some last pages, to which `after` is answered."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        if str(moment.query.get("cursor", "")).startswith("end"):
            return after(moment)
        answer = await proceed(moment.call)
        moment.given = answer
        leads = answer.succeeded and "cursor" not in answer.json and is_led_on(moment)
        return answer.with_json({**answer.json, "cursor": f"end{len(moment.past)}"}) if leads else answer

    return e.does(act)


def is_full(moment: Moment) -> bool:
    return len(moment.shown["keys"]) == e.size_of_page(moment)


def empty(moment: Moment) -> Answer:
    del moment
    return e.answer_of(200, {"keys": []})


def whole_pages(moment: Moment, keys: list[Any]) -> list[Any]:
    size = e.size_of_page(moment)
    return keys[: len(keys) // size * size] if len(keys) > size else keys


ANY_LIST = told(is_list, stories.lists(page_size="500"))
FOLLOWING = told(follows, *PAGES)

# fmt: off
TABLE: Table = {
    "keys.page-size-is-obeyed": {
        "page-size-is-ignored": taken_for("Every page holds up to 100 keys.", IN_RANGE, SMALL, lambda _: MISSING),
        "a-page-holds-one-key-more": taken_for(
            "A page holds one key more than page_size says, but never more than 500.",
            integers(10, 499), SMALL, lambda size: size + 1),
        "page-size-ends-at-100": (
            "A page_size of more than 100 is refused.",
            listings(page_size=integers(101, 500)) & VALID, e.refuses(Kind.BAD_PAGE_SIZE)),
        "page-size-begins-at-11": (
            "A page_size of 10 is refused.",
            listings(page_size=integers(10, 10)) & VALID, e.refuses(Kind.BAD_PAGE_SIZE)),
        "a-page-size-of-500-is-refused": (
            "A page_size of 500 is refused.",
            listings(page_size=integers(500, 500)) & VALID, e.refuses(Kind.BAD_PAGE_SIZE)),
        "page-sizes-are-rounded-up-to-tens": taken_for(
            "A page_size is rounded up to the next ten.", IN_RANGE, integers(31, 39), lambda size: -(-size // 10) * 10),
        "a-page-of-ten-holds-eleven": taken_for(
            "A page_size of 10 is taken for 11.", integers(10, 10), integers(10, 10), lambda _: 11),
        "the-page-size-is-forgotten-after-the-first-page": (
            "A page that a cursor leads to holds up to 100 keys.",
            told(lambda m: follows(m) and is_sized(m), *PAGES), e.takes_query(page_size=MISSING)),
        "the-page-size-is-forgotten-after-the-second-page": (
            "A page behind the twentieth key holds up to 100 keys.",
            told(lambda m: is_sized(m) and e.place_of_page(m) >= 20, *ALL_IN_TENS), e.takes_query(page_size=MISSING)),
    },
    "keys.page-size-out-of-range": {
        "a-page-size-out-of-range-is-not-satisfiable": answered(
            "A page_size outside 10 to 500 is", listings(page_size=OUTSIDE) & OUT_OF_RANGE, 416),
        "a-page-size-below-ten-is-not-found": (
            "A page_size of one digit is answered 404 where it is refused.",
            listings(page_size=integers(0, 9)) & OUT_OF_RANGE, e.status(404)),
        "a-page-size-of-one-is-taken": (
            "A page_size below 10 is taken as it is, and one below 0 for 0.",
            listings(page_size=BELOW), cuts(lambda keys, size: keys[: max(size, 0)])),
        "a-page-of-a-negative-size-is-one-short": (
            "A page_size below 0 is counted from the end of the keys, as a slice of a list is.",
            listings(page_size=NEGATIVE), cuts(lambda keys, size: keys[:size])),
    },
    "keys.pages-list-each-key-once": {
        "a-page-begins-with-the-last-key-of-the-one-before": (
            "The cursor leads to the last key of its own page.", FOLLOWING, e.lists(shift=-1)),
        "the-second-page-lacks-its-last-key": (
            "A page that a cursor leads to leaves out its last key, where it has others.",
            told(lambda m: follows(m) and m.succeeded and len(m.shown["keys"]) > 1, *PAGES),
            e.shows(keys=lambda keys: keys[:-1])),
        "a-cursor-skips-a-key": (
            "The cursor leads past the first key of the next page where that has another.",
            FOLLOWING, e.lists(shift=1)),
    },
    ("keys.pages-list-each-key-once", "keys.paging-ends"): {
        "the-cursor-is-ignored": (
            "Every page is the first one, its cursor included.",
            told(follows, *PAGES), e.takes_query(cursor=MISSING)),
    },
    ("keys.filter-lists-the-whole-fleet", "keys.pages-list-each-key-once", "keys.unfiltered-list-is-whole"): {
        "a-last-page-that-is-not-full-is-left-out": (
            "A page is followed by another only where that is full.",
            told(is_list, stories.lists(page_size=integers(11, 14)), turns_the_page(page_size="40")),
            e.lists(whole_pages)),
    },
    ("keys.pages-list-each-key-once", "keys.unfiltered-list-is-whole"): {
        "the-third-page-is-the-last": (
            "Small pages end with the third one, whatever would follow.",
            told(lambda m: is_list(m) and m.succeeded and e.place_of_page(m) == 2 * e.size_of_page(m),
                 *ALL_IN_TENS[:-1]),
            e.shows_value(lambda page, _: {"keys": page["keys"]})),
    },
    "keys.paging-ends": {
        "the-last-page-has-a-cursor": (
            "The last page has a cursor too, which leads to an empty page, and so on for ever.",
            ANY_LIST,
            leads_on(lambda _: True, lambda m: e.answer_of(200, {"keys": [], "cursor": f"end{len(m.past)}"}))),
        "the-last-cursor-leads-nowhere": (
            "The last page of a list that has keys has a cursor, which is answered 404.",
            ANY_LIST, leads_on(lambda m: m.shown["keys"], lambda _: e.answer_of(404, NO_SUCH_PAGE))),
        "a-cursor-is-forgotten-at-once": (
            "A cursor is answered 400, as if none such had been given out.",
            told(follows, *PAGES[:2]), e.refuses(Kind.BAD_PARAMETER)),
        "a-cursor-works-only-with-the-default-page-size": (
            "A cursor together with a page_size is answered 400.",
            told(lambda m: follows(m) and is_sized(m), *PAGES[:2]), e.refuses(Kind.BAD_PARAMETER)),
        "a-full-page-always-has-a-cursor": (
            "A page that is full has a cursor, which leads to an empty page where nothing follows.",
            told(is_list, *KEPT_IN_TENS), leads_on(is_full, empty)),
        "a-full-page-of-all-keys-has-a-cursor": (
            "A page without a filter that is full has a cursor, though none but other organizations' keys follow.",
            told(lambda m: is_list(m) and "fleetId" not in m.query, stories.lists(page_size=str(HELD))),
            leads_on(is_full, empty)),
        "a-cursor-is-divided-at-colons": (
            "A cursor in the list of a fleet whose id holds a colon is answered 400, as if it had a part too many.",
            told(lambda m: follows(m) and ":" in m.query.get("fleetId", ""), *KEPT_IN_TENS,
                 ids=v.IDS.map("a:{}".format)),
            e.refuses(Kind.BAD_PARAMETER)),
    },
}
