"""What checks say of themselves, and what a depth drives."""

import re

import pytest
from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.check import Check, check_of, over, reaches
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.session.planning import plan_of
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import NoSuchId

from .harness import SEED

Q, S, D = Depth.QUICK, Depth.STANDARD, Depth.DEEP


def test_a_check_says_what_it_reaches_and_needs() -> None:
    @reaches("rename.keeps-the-id", needs=["fixtures.location"], depth=S)
    def check() -> None:
        pass

    assert check_of(check) == Check(("rename.keeps-the-id",), ("fixtures.location",), S)
    assert check_of(lambda: None) is None


def test_a_check_reaches_only_what_the_catalogue_has() -> None:
    with pytest.raises(NoSuchId, match=r"'rename\.keeps-the-id'"):
        reaches("rename.keeps-the-ids")


def test_each_depth_drives_the_rows_of_the_one_before_first() -> None:
    @reaches("rename.keeps-the-id")
    @over(st.integers(), smoke=[0], quick=[1], standard=[2, 3], deep=[4])
    def check(case: int) -> None:
        pass

    found = check_of(check)
    assert found is not None
    assert found.cases is not None
    assert [found.cases.at(depth) for depth in Depth] == [[0], [0, 1], [0, 1, 2, 3], [0, 1, 2, 3, 4]]


@pytest.mark.parametrize(
    ("depth", "rows", "least"),
    [
        (Q, {}, Q),
        (Q, {"quick": [1]}, Q),
        (Q, {"standard": [1]}, S),
        (Q, {"standard": [1], "deep": [2]}, S),
        (Q, {"quick": [0], "deep": [2]}, Q),
        (S, {"quick": [1]}, S),
        (S, {"deep": [1]}, D),
        (D, {"quick": [1]}, D),
    ],
)
def test_a_check_begins_at_the_depth_at_which_it_has_something_to_drive(
    depth: Depth, rows: dict[str, list[int]], least: Depth
) -> None:
    def check(case: int) -> None:
        pass

    found = check_of(reaches("rename.keeps-the-id", depth=depth)(over(st.integers(), **rows)(check)))
    assert found is not None
    assert found.least_depth is least


def test_what_a_check_shows_only_perhaps_is_reached_and_not_counted() -> None:
    @reaches("rename.keeps-the-id", perhaps=["fleets.id-is-unique"])
    def check() -> None:
        pass

    found = check_of(check)
    assert found is not None
    assert found.reaches == ("rename.keeps-the-id", "fleets.id-is-unique")
    assert found.shows == ("rename.keeps-the-id",)
    with pytest.raises(NoSuchId):
        reaches(perhaps=["fleets.id-is-odd"])


# A title has no apostrophes, so that `a fleets id` would stand for that of one fleet.
_LOST = re.compile(
    r"\b(an?|another|the)( \w+)? (fleet|stranger|operation|organization|server)s (id|keys?|codes|prices|is|has)\b"
    r"|\banothers\b|\bis (no|none|nothing)\b"
)


def test_the_titles_of_checks_read_well_without_apostrophes() -> None:
    settings, _ = read_settings("http://127.0.0.1:1", {"target": SEED, "depth": "deep"})
    titles = [each.words for each in plan_of(settings).drives]
    assert len(titles) > 100
    assert [each for each in titles if _LOST.search(each)] == []
