"""What is measured of the control API and of the fixture: each call is answered, and each kind of test has its row."""

import os

from bench.control import CALLS, KINDS, measured, of_tests

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving


def test_each_call_that_is_measured_succeeds() -> None:
    with serving(parts()) as url:
        rows = measured(os.getpid(), url, 2)
    assert [row[0] for row in rows] == list(CALLS)


def test_each_kind_of_test_has_a_row_and_the_very_first_one_stands_alone() -> None:
    rows = of_tests(3)
    assert len(rows) == len(KINDS) + 1
    assert all(str(row[1]).endswith(" ms") for row in rows)
