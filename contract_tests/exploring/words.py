"""Strategies for texts and values, weighted towards what servers get wrong; the simplest stands first in each."""

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import test_http, test_keys, texts, values
from fleet_contract.contract_tests.driving.check import check_of
from fleet_contract.contract_tests.programs.changes import CHANGES
from fleet_contract.contract_tests.programs.program import Step

Strategy = st.SearchStrategy
Recipes = Strategy[dict[str, Any]]

MOST_FLEETS = 3  # in one scene, and names and keys: few, so that they meet again
NUMBERS = st.integers(0, MOST_FLEETS - 1)
_MOST_BYTES = 1_000  # of an odd value that a case file should hold

# What has broken servers: quoting, templates, markup, escapes, controls, blanks, direction, composition, planes, case.
_HOSTILE = (
    "a\"'\\/%&?#;:+=<>{}[]()$@!*|`^~,._-\x00\x01\x07\b\t\n\r\x1b\x7f\x85\xa0\xad\u0130\u0131\u00df\u017f\u212a\u212b"
    "\u0301\u0308\u200b\u200d\u200f\u2028\u202e\u2060\ufb01\ufdfa\uff21\ufeff\ufffd\uffff\U0001f697\U0001f468"
    "\U000e0001\U0010fffd\u00e9\u6771\u0e33\u0915\u05d0 A0"
)
_FILLERS = ["a", texts.TWO_BYTES, texts.THREE_BYTES, texts.FOUR_BYTES, "e\u0301", "\u00df", "\U0001f468\u200d", " "]
_ENDINGS = [*texts.PLAIN_ENDINGS[1:], *texts.MORE_ENDINGS]
_NEAR_A_LIMIT = [100, 101, 99, 50, 51, 49, 33, 34, 25, 26, 102, 127, 128, 200, 255, 256]
_SHORTEST = 18  # code points of an id with an ending


def carried_by(check: Callable[..., None]) -> Strategy[Any]:
    """Return the strategy that a check of the gate carries beside its rows."""
    found = check_of(check)
    if found is None or found.cases is None:
        raise LookupError(f"{check.__name__} is no property, so it carries no strategy. Name one that has @over.")
    return found.cases.strategy


def weighed(*weights: tuple[int, Strategy[Any]]) -> Strategy[Any]:
    """Return one of several strategies, each as often as it weighs; Hypothesis would weigh each branch of each."""
    return st.sampled_from([each for weight, each in weights for _ in range(weight)]).flatmap(lambda chosen: chosen)


@cache
def hostile(least: int = 1, most: int = 8) -> Strategy[str]:
    """Return texts of the characters that have broken servers."""
    return st.text(st.sampled_from(_HOSTILE), min_size=least, max_size=most)


@cache
def any_text() -> Strategy[str]:
    """Return texts of any characters that UTF-8 can write."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    return weighed((4, hostile()), (2, anything), (1, texts.endings()), (2, st.sampled_from(_ENDINGS)))


@cache
def lengths() -> Strategy[int]:
    """Return any length in code points up to the limit, and those around it in every unit."""
    every = st.sampled_from(range(_SHORTEST, 111))
    return weighed((2, every), (1, st.sampled_from(_NEAR_A_LIMIT)))


@cache
def shapes() -> Recipes:
    """Return what is done to a fresh id: nothing, an ending, a length, or both."""
    slug = st.fixed_dictionaries({"ending": st.text(st.sampled_from("-a0"), min_size=1, max_size=4)})
    odd = st.fixed_dictionaries({"ending": weighed((3, hostile()), (1, any_text()))})
    plain = st.fixed_dictionaries({"length": lengths()})
    filled = st.fixed_dictionaries({"length": lengths(), "filler": st.sampled_from(_FILLERS)})
    both = st.builds(lambda one, other: {**one, **other}, filled, odd)
    return weighed((3, st.just({})), (1, slug), (3, plain), (2, filled), (2, odd), (1, both))


@cache
def ids() -> Recipes:
    return st.fixed_dictionaries({"$id": NUMBERS})


@cache
def resembling() -> Recipes:
    """Return ids that are like that of a fleet, and another, or the same to a lenient server."""
    return st.fixed_dictionaries({"$id": NUMBERS, "change": st.sampled_from(list(CHANGES))})


@cache
def names() -> Strategy[Any]:
    """Return names that are texts: most of them may be taken by any server."""
    fitted = {"length": lengths(), "filler": st.sampled_from(_FILLERS)}
    return weighed(
        (4, st.fixed_dictionaries({"$name": NUMBERS})),
        (4, hostile()),
        (3, st.fixed_dictionaries({"$name": NUMBERS, "ending": any_text()})),
        (2, st.fixed_dictionaries({"$text": st.just(""), **fitted})),
        (2, st.fixed_dictionaries({"$name": NUMBERS, **fitted})),
        (1, st.fixed_dictionaries({"$name": NUMBERS, **fitted, "ending": hostile()})),
        (1, st.sampled_from([*texts.WORDS, *texts.MORE_WORDS])),
        (1, any_text().filter(bool)),
        (1, ids()),
        (1, resembling()),
    )


@cache
def not_names() -> Strategy[Any]:
    """Return what stands where a string is due, and may be refused or taken as one."""
    marked = st.fixed_dictionaries({"$number": NUMBERS})
    plain = st.sampled_from(["", *values.NOT_STRINGS, *values.MORE_NOT_STRINGS, 0, -1, 1.5, 1e300])
    nested = st.lists(hostile(), max_size=2) | st.dictionaries(_member_names(), hostile(), max_size=2)
    return weighed((4, plain), (1, marked), (1, nested))


def _member_names() -> Strategy[str]:
    return any_text().filter(lambda name: not name.startswith("$") and name.casefold() not in _MEMBERS)


# What some parsers look up whatever the case of its letters.
_MEMBERS = ("fleetid", "fleetname", "newname")


@cache
def new_ids() -> Strategy[Any]:
    """Return what a create may give as an id: nearly always one of ours."""
    marked = st.fixed_dictionaries({"$number": NUMBERS})
    nested = ids().map(lambda fleet: [fleet]) | ids().map(lambda fleet: {"fleetId": fleet})
    return st.one_of(ids(), ids(), ids(), resembling(), marked, nested, st.sampled_from(["", None]))


@cache
def more_members() -> Strategy[dict[str, Any]]:
    """Return members that no operation knows, some of which a careless server takes for what they resemble."""
    anything = ids() | names() | not_names()
    about_ids = st.sampled_from(["id", "newId", "newFleetId", "fleet_id"])  # no id but ours, lest one be taken for it
    about_others = st.sampled_from(["name", "organization", "codes"]) | _member_names()
    one = st.tuples(about_ids, ids()) | st.tuples(about_others, anything)
    return st.lists(one, min_size=1, max_size=2).map(dict)


@cache
def headers() -> Strategy[list[list[str]]]:
    """Return what a body is declared as: JSON in other words, something else, or nothing."""
    names_of_header = st.sampled_from(["Content-Type", "content-type", "CONTENT-TYPE"])
    media = st.one_of(
        st.just("application/json"),
        carried_by(test_http.test_a_body_that_is_declared_as_json_in_other_words),
        carried_by(test_http.test_a_body_that_is_declared_as_something_else),
    )
    return st.builds(lambda name, value: [[name, value]], names_of_header, media) | st.just([])


@cache
def page_sizes() -> Strategy[Any]:
    """Return page sizes in range, out of range, and no numbers."""
    return st.one_of(
        carried_by(test_keys.test_every_page_size_in_range_is_obeyed),
        st.sampled_from([10, 11, 499, 500, 9, 501, 0, -1]),
        carried_by(test_keys.test_page_sizes_out_of_range),
        any_text(),
    )


@cache
def odd_json() -> Strategy[bytes]:
    """Return JSON values that the standards leave open, of a size that a file may hold."""
    odd = [each for each in (*values.ODD_VALUES, *values.MORE_ODD_VALUES) if len(each) < _MOST_BYTES]
    return st.sampled_from(odd)


@cache
def no_json() -> Strategy[bytes]:
    """Return bodies that are no JSON objects."""
    return st.sampled_from([b"", b"{", b"[]", b"null", b"no json", b"\xff\xfe\xfd", b"0", b"true", b'""', b"{]"])


@cache
def fields_of_a_key() -> Strategy[Step]:
    """Return members of a charging key that are not as they should be."""
    fields = ["keyIdentifier", "visualNumber", "contractId", "enabled", "fleetId"]
    wrong = st.dictionaries(st.sampled_from(fields), not_names(), min_size=1, max_size=1)
    left_out = st.lists(st.sampled_from(fields[:4]), min_size=1, max_size=1)
    return st.one_of(
        st.builds(lambda members: {"fields": members}, wrong),
        st.builds(lambda names: {"without": names}, left_out),
        st.builds(lambda members: {"more": members}, more_members()),
    )
