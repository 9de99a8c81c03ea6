"""Charging keys of which a server makes capitals, on histories made by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from fleet_contract.contract_tests.judging.content.whole_lists import judge_lists

from .histories import KEY, KEYS, A, History, before

SMALL = {"keyIdentifier": "04ab00000000c1", "visualNumber": "v-1", "contractId": "de1"}
MORE = {"enabled": True, "validTo": "2039-12-31T23:59:59Z"}


def listed(history: History) -> dict[str, set[bool]]:
    """Return by requirement whether lists kept it, and whether they broke it."""
    found: dict[str, set[bool]] = {}
    for each in judge_lists(history.view):
        found.setdefault(each.requirement, set()).add(each.kept)
    return found


@pytest.mark.parametrize(
    ("change", "kept"), [(str, True), (str.upper, True), (str.title, False), (lambda text: f"{text}0", False)]
)
def test_a_contract_and_a_printed_number_may_become_capitals_and_nothing_else(
    change: Callable[[str], str], kept: bool
) -> None:
    history = History()
    history.add("POST", KEYS, SMALL, 201)
    shown: dict[str, Any] = {name: change(text) for name, text in SMALL.items()}
    history.page("", {"keys": [{**shown, **MORE, "keyIdentifier": SMALL["keyIdentifier"].upper()}]})
    assert listed(history)["keys.listed-as-created"] == {kept}


def test_a_key_that_appears_late_and_in_capitals_was_not_listed_before() -> None:
    history, sent = before(), {**KEY, **SMALL, "fleetId": A}
    history.page(f"fleetId={A}", {"keys": [{**KEY, **MORE}]}, at=(90.0, 90.1))
    history.add("POST", KEYS, sent, 201, at=(100.0, 100.1))
    history.page(f"fleetId={A}", {"keys": [{**KEY, **MORE}]}, at=(100.2, 100.3))
    shown = {**sent, **MORE, "keyIdentifier": SMALL["keyIdentifier"].upper()}
    history.page(f"fleetId={A}", {"keys": [{**KEY, **MORE}, shown]}, at=(100.4, 100.5))
    assert False not in set().union(*listed(history).values())
