"""What checks say of themselves, and what a depth drives."""

import pytest
from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.check import Check, check_of, over, reaches
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.spec.catalogue import NoSuchId

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
