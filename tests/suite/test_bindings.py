"""The ids of a program are its own: whatever is done to one, it is never that of another program, or like it."""

from collections.abc import Iterator

import pytest

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.programs.bindings import Bindings
from fleet_contract.contract_tests.programs.changes import CHANGES
from fleet_contract.contract_tests.target.target import Fixtures, Target

MARK = "a1b2c3d4"
MANY = 1_300  # programs, more than an exploration sends in a run


def texts_of(program: Bindings) -> Iterator[str]:
    yield program.id(0)
    for change in CHANGES:
        yield program.value({"$id": 0, "change": change})


@pytest.mark.parametrize("shape", [{}, {"ending": "0"}, {"ending": "-1"}, {"length": 30, "filler": "0"}])
def test_no_two_programs_share_an_id(shape: dict[str, object]) -> None:
    api, seen = Api(Client(Target("http://127.0.0.1:1"), mark=MARK), MARK, ""), set[str]()
    for _ in range(MANY):
        texts = set(texts_of(Bindings([shape], api, Fixtures())))
        assert not texts & seen
        seen |= texts
