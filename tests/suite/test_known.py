"""What is known of fleets, ids and names at a moment of a history; on histories made by hand."""

from dataclasses import replace

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.known import Standing
from fleet_contract.contract_tests.judging.likeness import Likeness

from .histories import MARK, A, B, History


def test_what_overlaps_a_create_is_unclear() -> None:
    history = History()
    create = history.create(A)
    rename = history.rename(A)
    assert history.known.standing(A, rename) is Standing.OWN
    assert history.known.standing(A, replace(rename, started=create.started + 0.5)) is Standing.UNCLEAR
    assert history.known.standing(A, replace(rename, started=create.started - 0.5)) is Standing.UNCLEAR
    before = replace(rename, started=create.started - 0.5, ended=create.started - 0.1)
    assert history.known.standing(A, before) is Standing.ABSENT


def test_a_create_that_was_not_answered_leaves_its_id_unclear() -> None:
    history = History()
    history.create(A, status=0)
    assert history.known.standing(A, history.rename(A, status=404)) is Standing.UNCLEAR


def test_a_fleet_that_was_lost_is_judged_once() -> None:
    history = History()
    history.create(A)
    lost = history.rename(A, status=404)
    assert history.known.standing(A, lost) is Standing.OWN
    assert history.known.standing(A, history.rename(A, status=404)) is Standing.UNCLEAR


def test_a_fleet_is_whose_create_succeeded_whoever_was_answered_with_an_error_before() -> None:
    history = History()
    history.create(A, status=500, at=(0, 2))
    history.create(A, caller=Caller.OTHER, at=(1, 3))
    assert history.known.standing(A, history.rename(A, caller=Caller.OTHER)) is Standing.OWN
    assert history.known.standing(A, history.rename(A, status=403)) is Standing.FOREIGN


@pytest.mark.parametrize(
    ("one", "other", "dialect", "likeness"),
    [
        ("a", "a", {}, Likeness.SAME),
        ("a", "b", {}, Likeness.OTHER),
        ("a", "A", {}, Likeness.UNCLEAR),
        ("a", "A", {"id.case": "exact"}, Likeness.OTHER),
        ("a", "A", {"id.case": "ignored"}, Likeness.SAME),
        ("a", " a", {}, Likeness.UNCLEAR),
        ("a", "a ", {"id.blanks": "trimmed"}, Likeness.SAME),
        ("a", "a ", {"id.blanks": "kept", "id.case": "exact"}, Likeness.OTHER),
        ("\u00e9", "e\u0301", {"id.normalisation": "nfc"}, Likeness.SAME),
        ("\u00e9", "e\u0301", {"id.normalisation": "none", "id.case": "exact"}, Likeness.OTHER),
        ("\u00e9", "e\u0301", {}, Likeness.UNCLEAR),
        ("a", "B", {"id.case": "ignored"}, Likeness.OTHER),
        ("a", " A", {"id.case": "ignored", "id.blanks": "trimmed"}, Likeness.SAME),
        ("a", " A", {"id.case": "ignored", "id.blanks": "kept"}, Likeness.OTHER),
        ("a", " A", {"id.case": "ignored"}, Likeness.UNCLEAR),
        # What a collation takes for the same, perhaps, where case is ignored, and nobody else does:
        ("M\u00fcller", "muller", {"id.case": "ignored"}, Likeness.UNCLEAR),
        ("Mu\u0308ller", "Muller", {"id.case": "ignored", "id.normalisation": "none"}, Likeness.UNCLEAR),
        ("\uff4d\uff55", "mu", {"id.case": "ignored"}, Likeness.UNCLEAR),
        ("a\u0000", "a", {"id.case": "ignored"}, Likeness.UNCLEAR),
        ("a ", "a", {"id.case": "ignored", "id.blanks": "kept"}, Likeness.UNCLEAR),
        ("a-", "a", {"id.case": "ignored"}, Likeness.OTHER),
        ("M\u00fcller", "Muller", {"id.case": "exact"}, Likeness.OTHER),
        ("a\u0000", "a", {"id.case": "exact", "id.blanks": "kept"}, Likeness.OTHER),
    ],
)
def test_ids_are_alike_by_the_dialect(one: str, other: str, dialect: dict[str, str], likeness: Likeness) -> None:
    history = History()
    history.known.assume(dialect)
    assert history.known.likeness(one, other) is likeness
    assert history.known.likeness(other, one) is likeness


def test_a_name_is_taken_where_another_fleet_surely_has_it() -> None:
    history = History()
    name = f"Name {MARK}"
    history.create(A, name)
    taken = history.create(B, name, 409)
    assert history.known.name_is_taken(name, B, taken) is Likeness.SAME
    assert history.known.name_is_taken(name, A, taken) is Likeness.OTHER
    assert history.known.name_is_taken(f"{name}!", B, taken) is Likeness.OTHER
    assert history.known.name_is_taken(name.upper(), B, taken) is Likeness.UNCLEAR
    assert history.known.name_is_taken("Depot", B, taken) is Likeness.UNCLEAR
    history.rename(A, f"Other {MARK}")
    assert history.known.name_is_taken(name, B, history.create(B, name)) is not Likeness.SAME
