"""What is known of fleets, ids and names at a moment of a history; on histories made by hand."""

from dataclasses import replace

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.fleet import Ownership
from fleet_contract.contract_tests.judging.fleet_names import Taken, taken_by_another
from fleet_contract.contract_tests.judging.identity import IdMatch, id_match

from .histories import MARK, A, B, History


def test_what_overlaps_a_create_is_unclear() -> None:
    history = History()
    create = history.create(A)
    rename = history.rename(A)
    assert history.fleet(A, rename).ownership is Ownership.OWN
    assert history.fleet(A, replace(rename, started=create.started + 0.5)).ownership is Ownership.UNCLEAR
    assert history.fleet(A, replace(rename, started=create.started - 0.5)).ownership is Ownership.UNCLEAR
    before = replace(rename, started=create.started - 0.5, ended=create.started - 0.1)
    assert history.fleet(A, before).ownership is Ownership.ABSENT


def test_an_answer_may_show_whatever_had_started_before_it_ended_but_for_its_own_request() -> None:
    rename = History().rename(A, at=(2, 4))
    assert [replace(rename, started=start, ended=9).may_show_in(rename) for start in (1, 3, 4)] == [True, True, False]
    assert not rename.may_show_in(rename)


def test_a_create_that_was_not_answered_leaves_its_id_unclear() -> None:
    history = History()
    history.create(A, status=0)
    assert history.fleet(A, history.rename(A, status=404)).ownership is Ownership.UNCLEAR


def test_a_fleet_that_was_lost_is_judged_once() -> None:
    history = History()
    history.create(A)
    lost = history.rename(A, status=404)
    assert history.fleet(A, lost).ownership is Ownership.OWN
    assert history.fleet(A, history.rename(A, status=404)).ownership is Ownership.UNCLEAR


def test_a_fleet_is_whose_create_succeeded_whoever_was_answered_with_an_error_before() -> None:
    history = History()
    history.create(A, status=500, at=(0, 2))
    history.create(A, caller=Caller.OTHER, at=(1, 3))
    assert history.fleet(A, history.rename(A, caller=Caller.OTHER)).ownership is Ownership.OWN
    assert history.fleet(A, history.rename(A, status=403)).ownership is Ownership.FOREIGN


@pytest.mark.parametrize(
    ("missed", "shown", "has"),
    [
        ((2, 3), (4, 5), None),  # soon after its create, whose codes may come late
        ((4, 5), (2, 3), True),
        ((60, 61), (62, 63), True),
    ],
)
def test_codes_that_came_late_do_not_tell_what_others_were_to_be_answered_before(
    missed: tuple[float, float], shown: tuple[float, float], has: bool | None
) -> None:
    history = History()
    history.create(A, caller=Caller.OTHER, at=(0, 1))
    miss = history.codes(A, 404, at=missed)
    history.codes(A, 200, [{"code": "FIRST2024"}], caller=Caller.OTHER, at=shown)
    assert history.fleet(A, miss).has_codes_for_others is has


@pytest.mark.parametrize(
    ("one", "other", "dialect", "match"),
    [
        ("a", "a", {}, IdMatch.SAME),
        ("a", "b", {}, IdMatch.OTHER),
        ("a", "A", {}, IdMatch.UNCLEAR),
        ("a", "A", {"id.case": "exact"}, IdMatch.OTHER),
        ("a", "A", {"id.case": "ignored"}, IdMatch.SAME),
        ("a", " a", {}, IdMatch.UNCLEAR),
        ("a", "a ", {"id.blanks": "trimmed"}, IdMatch.SAME),
        ("a", "a ", {"id.blanks": "kept", "id.case": "exact"}, IdMatch.OTHER),
        ("\u00e9", "e\u0301", {"id.normalisation": "nfc"}, IdMatch.SAME),
        ("\u00e9", "e\u0301", {"id.normalisation": "none", "id.case": "exact"}, IdMatch.OTHER),
        ("\u00e9", "e\u0301", {}, IdMatch.UNCLEAR),
        ("a", "B", {"id.case": "ignored"}, IdMatch.OTHER),
        ("a", " A", {"id.case": "ignored", "id.blanks": "trimmed"}, IdMatch.SAME),
        ("a", " A", {"id.case": "ignored", "id.blanks": "kept"}, IdMatch.OTHER),
        ("a", " A", {"id.case": "ignored"}, IdMatch.UNCLEAR),
        # What a collation takes for the same, perhaps, where case is ignored, and nobody else does:
        ("M\u00fcller", "muller", {"id.case": "ignored"}, IdMatch.UNCLEAR),
        ("Mu\u0308ller", "Muller", {"id.case": "ignored", "id.normalisation": "none"}, IdMatch.UNCLEAR),
        ("\uff4d\uff55", "mu", {"id.case": "ignored"}, IdMatch.UNCLEAR),
        ("a\u0000", "a", {"id.case": "ignored"}, IdMatch.UNCLEAR),
        ("a ", "a", {"id.case": "ignored", "id.blanks": "kept"}, IdMatch.UNCLEAR),
        ("a-", "a", {"id.case": "ignored"}, IdMatch.OTHER),
        ("M\u00fcller", "Muller", {"id.case": "exact"}, IdMatch.OTHER),
        ("a\u0000", "a", {"id.case": "exact", "id.blanks": "kept"}, IdMatch.OTHER),
    ],
)
def test_ids_are_alike_by_the_dialect(one: str, other: str, dialect: dict[str, str], match: IdMatch) -> None:
    assert id_match(one, other, dialect) is match
    assert id_match(other, one, dialect) is match


def test_a_name_is_taken_where_another_fleet_surely_has_it() -> None:
    history = History()
    name = f"Name {MARK}"
    history.create(A, name)
    taken = history.create(B, name, 409)
    assert taken_by_another(history.fleet(B, taken), name) is Taken.SURELY
    assert taken_by_another(history.fleet(A, taken), name) is Taken.NOT
    assert taken_by_another(history.fleet(B, taken), f"{name}!") is Taken.NOT
    assert taken_by_another(history.fleet(B, taken), name.upper()) is Taken.PERHAPS
    assert taken_by_another(history.fleet(B, taken), "Depot") is Taken.PERHAPS
    history.rename(A, f"Other {MARK}")
    assert taken_by_another(history.fleet(B, history.create(B, name)), name) is not Taken.SURELY
