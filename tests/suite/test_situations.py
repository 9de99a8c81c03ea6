"""Which situations a request is in; on histories made by hand."""

from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.expectations.statuses import judge_status
from fleet_contract.spec.catalogue import catalogue

from .histories import FLEETS, KEY, KEYS, LONGEST, MARK, A, B, C, History, before


@pytest.mark.parametrize(
    ("body", "situations"),
    [
        ({"fleetId": C, "fleetName": "x"}, {"create.a-new-fleet"}),
        ({"fleetId": C}, {"create.a-new-fleet", "create.without-a-name"}),
        ({"fleetId": C, "fleetName": None}, {"create.a-new-fleet", "create.with-a-null-name"}),
        ({"fleetId": C, "fleetName": ""}, {"create.a-new-fleet", "create.with-an-empty-name"}),
        ({"fleetId": C, "fleetName": 7}, {"create.a-new-fleet", "create.with-a-scalar-as-name"}),
        ({"fleetId": C, "fleetName": []}, {"create.a-new-fleet", "create.with-a-mistyped-name"}),
        ({"fleetId": C, "fleetName": "n" * 98}, {"create.a-new-fleet"}),
        ({"fleetId": C, "fleetName": "n" * 100}, {"create.a-new-fleet", "create.with-the-longest-name"}),
        ({"fleetId": C, "fleetName": "n" * 101}, {"create.a-new-fleet", "create.with-an-overlong-name"}),
        ({"fleetId": C, "fleetName": "\U0001f68c" * 51}, {"create.a-new-fleet", "create.with-an-odd-name"}),
        ({"fleetId": C, "fleetName": " x"}, {"create.a-new-fleet", "create.with-an-odd-name"}),
        ({"fleetId": C, "fleetName": "e\u0301"}, {"create.a-new-fleet", "name.to-normalise"}),
        ({"fleetId": C, "fleetName": "x", "more": 1}, {"create.a-new-fleet", "any.unknown-property"}),
        ({"fleetId": A, "fleetName": "x"}, {"create.of-a-taken-id"}),
        ({"fleetId": B, "fleetName": "Other"}, {"create.of-an-id-of-another-organization"}),
        ({"fleetId": "acme", "fleetName": "x"}, {"create.of-a-taken-id"}),
        ({"fleetId": "theirs", "fleetName": "x"}, {"create.of-an-id-of-another-organization"}),
        ({"fleetId": "nobody-knows", "fleetName": "x"}, {"create.of-an-id-perhaps-taken"}),
        (
            {"fleetId": LONGEST, "fleetName": "x"},
            {"create.a-new-fleet", "create.with-the-longest-id"},
        ),
        ({"fleetId": LONGEST + "a", "fleetName": "x"}, {"create.with-an-overlong-id"}),
        ({"fleetId": f"{C}/x", "fleetName": "x"}, {"create.a-new-fleet", "create.with-an-id-beyond-slug"}),
        ({"fleetName": "x"}, {"create.without-an-id"}),
        ({"fleetId": None, "fleetName": "x"}, {"create.with-an-invalid-id"}),
        ({"fleetId": "", "fleetName": "x"}, {"create.with-an-invalid-id"}),
        ({"fleetId": 7, "fleetName": "x"}, {"create.with-a-scalar-as-id", "create.of-an-id-perhaps-taken"}),
        (b"", {"create.with-no-json"}),
        (b"[]", {"create.with-no-json"}),
        (b'{"fleetId": ', {"create.with-no-json"}),
        (b'{"fleetId": "\xff"}', {"create.with-nearly-json"}),
        (b'{"fleetId": "a"} more', {"create.with-nearly-json"}),
        (b'{"fleetId": "a",}', {"create.with-nearly-json"}),
        (b"{'fleetId': 'a'}", {"create.with-nearly-json"}),
        (b'["fleetId"] more', {"create.with-no-json"}),
        (b"fleetId: a", {"create.with-no-json"}),
        (b"{fleetId: !!bool a}", {"create.with-no-json"}),
        (b"{fleetId: !!timestamp a}", {"create.with-no-json"}),
        (b'{"fleetId": &a [*a]}', {"create.with-no-json"}),
        (b'{"fleetId": 2026-11-30}', {"create.with-no-json"}),
        ({"fleetId": "a".ljust(101), "fleetName": "x"}, {"create.with-an-id-overlong-by-blanks"}),
        (
            {"fleetId": C, "fleetName": "x" * 8_000},
            {"create.a-new-fleet", "create.with-an-overlong-name", "any.large-body"},
        ),
        (b'{"fleetId": "a", "fleetId": "b"}', {"any.odd"}),
        (b'{"fleetId": NaN}', {"any.odd"}),
        (b'{"fleetId": "\\ud800"}', {"any.odd"}),
    ],
)
def test_a_create_is_in_situations(body: Any, situations: set[str]) -> None:
    history = before(name__taken="accepted")
    assert history.situations(history.add("POST", FLEETS, body, 400)) == situations


@pytest.mark.parametrize(
    ("name", "used", "question"),
    [("   ", "", "name.only-blanks"), (True, "x", "json.scalars"), (True, "true", ""), ("   ", "   ", "")],
)
def test_a_name_is_rather_refused_for_what_it_is_than_for_a_fleet_that_nobody_saw(
    name: Any, used: str, question: str
) -> None:
    history = before()
    history.create(C, used)
    refused = history.rename(A, name, 400)
    assert {"name.perhaps-taken", "name.taken"} & history.situations(refused)
    assert {"name.only-blanks", "json.scalars"} & set(history.read(refused)) == ({question} if question else set())


def test_a_fleet_may_be_moved_by_a_rename_that_is_under_way() -> None:
    history = History(name__taken="accepted")
    history.create(A, at=(0, 1))
    history.rename(A, at=(2, 5))
    missed = history.rename(A, status=404, at=(3, 4))
    assert history.situations(missed) == {"rename.a-fleet-that-is-being-renamed"}
    (broken,) = (found for found in judge_status(history.at(missed)) if not found.kept)
    assert broken.requirement == "fleets.id-finds-the-fleet"
    assert "fleets.id-never-changes" in catalogue().explanations[broken.requirement]


@pytest.mark.parametrize(("status", "kept"), [(400, True), (404, True), (302, False), (409, False), (422, False)])
def test_what_is_wrong_in_two_ways_is_refused_for_one_of_them(status: int, kept: bool) -> None:
    history = History(rename__order="404")
    refused = history.rename(C, "", status)
    assert all(found.kept for found in judge_status(history.at(refused))) is kept


def test_an_id_that_a_rename_has_mentioned_may_have_been_taken_by_it() -> None:
    history = before(name__taken="accepted")
    history.rename(A, C)
    refused = history.create(C, "x", status=409)
    assert history.situations(refused) == {"create.a-mentioned-id"}
    (found,) = (each for each in judge_status(history.at(refused)) if not each.kept)
    assert found.requirement == "create.accepts-a-valid-fleet"
    assert "fleets.id-never-changes" in catalogue().explanations[found.requirement]


@pytest.mark.parametrize(
    "body", [{"newName": C}, {"newName": "x", "fleet": {"fleetId": C}}, {"newName": "x", "aliases": [["y", [C]]]}]
)
def test_an_id_anywhere_in_the_body_of_a_rename_is_mentioned(body: Any) -> None:
    history = before()
    history.add("PUT", f"{FLEETS}/{A}/rename", body, 200)
    found = history.rename(C)
    assert "rename.a-mentioned-id" in history.situations(found)
    assert "fleets.id-never-changes" in {each.requirement for each in judge_status(history.at(found)) if not each.kept}


def test_another_organizations_fleet_that_is_found_later_says_nothing_of_why_it_was_not() -> None:
    history = History(name__taken="accepted")
    history.create(B, caller=Caller.OTHER, at=(0, 1))
    missed = history.rename(B, status=404, at=(2, 3))
    refused = history.rename(B, status=403, at=(4, 5))
    assert history.situations(missed) == {"rename.another-organizations-fleet-too-soon"}
    assert "rename.foreign" not in history.read(missed)
    assert history.read(refused)["rename.foreign"] == "403"


def test_a_create_that_is_repeated_word_for_word_is_identical() -> None:
    history = History(name__taken="accepted")
    history.create(A, "One")
    repeated = history.create(A, "One", 409)
    assert history.situations(repeated) == {"create.again-identically"}
    assert history.read(repeated)["duplicate.identical"] == "refused"


def test_once_its_fleet_is_renamed_a_repeated_create_tells_nothing_of_identical_ones() -> None:
    """A server may compare it with what the fleet was created as, or with what it is now."""
    history = History(name__taken="accepted")
    history.create(A, "One")
    history.rename(A, "Two")
    for status in (200, 409):
        assert "duplicate.identical" not in history.read(history.create(A, "One", status))


@pytest.mark.parametrize(
    ("path", "body", "situations"),
    [
        (A, {"newName": "x"}, {"rename.a-renamed-fleet"}),
        ("acme", {"newName": "x"}, {"rename.a-fleet"}),
        ("theirs", {"newName": "x"}, {"rename.another-organizations-fleet"}),
        (B, {"newName": "x"}, {"rename.another-organizations-fleet"}),
        (f"ct-{MARK}-zzz", {"newName": "x"}, {"rename.an-unknown-fleet"}),
        (A[:-1], {"newName": "x"}, {"rename.a-resembling-id"}),
        (f"{A}1", {"newName": "x"}, {"rename.a-resembling-id"}),
        ("nobody-knows", {"newName": "x"}, {"path.perhaps-a-fleet"}),
        ("a" * 101, {"newName": "x"}, {"path.with-an-overlong-id"}),
        (A, {}, {"rename.a-renamed-fleet", "rename.without-a-name"}),
        (A, {"newName": None}, {"rename.a-renamed-fleet", "rename.to-an-invalid-name"}),
        (A, {"newName": "Two"}, {"rename.a-renamed-fleet", "rename.to-the-name-it-has"}),
        (A, {"newName": "One"}, {"rename.a-renamed-fleet"}),
        (A, {"newName": ""}, {"rename.a-renamed-fleet", "rename.to-an-empty-name"}),
        (A, {"newName": True}, {"rename.a-renamed-fleet", "rename.to-a-scalar"}),
        (A, {"newName": "n" * 100}, {"rename.a-renamed-fleet", "rename.to-the-longest-name"}),
        (A, {"newName": "n" * 101}, {"rename.a-renamed-fleet", "rename.to-an-overlong-name"}),
        (A, {"newName": " "}, {"rename.a-renamed-fleet", "rename.to-blanks"}),
        (A, {"newName": " x"}, {"rename.a-renamed-fleet", "rename.to-a-name-with-blanks-around"}),
        (A, {"newName": "a\u0007b"}, {"rename.a-renamed-fleet", "rename.to-control-characters"}),
        (
            A,
            {"newName": "\tab"},
            {"rename.a-renamed-fleet", "rename.to-a-name-with-blanks-around", "rename.to-control-characters"},
        ),
        (A, {"newName": "\U0001f68c" * 51}, {"rename.a-renamed-fleet", "rename.to-a-name-between-the-units"}),
        (A, {"newName": "\U0001f680\u200d" * 60}, {"rename.a-renamed-fleet", "rename.to-a-name-longer-than-it-looks"}),
        (A, {"newName": "x", "id": 1}, {"rename.a-renamed-fleet", "any.unknown-property"}),
        (A, b"null", {"rename.a-renamed-fleet", "rename.with-no-json"}),
        (f"ct-{MARK}-zzz", {}, {"rename.an-unknown-fleet", "rename.without-a-name"}),
        ("%FF", {"newName": "x"}, {"path.with-no-utf-8"}),
        ("..", {"newName": "x"}, {"any.odd"}),
    ],
)
def test_a_rename_is_in_situations(path: str, body: Any, situations: set[str]) -> None:
    history = before(name__taken="accepted")
    assert history.situations(history.add("PUT", f"{FLEETS}/{path}/rename", body, 400)) == situations


_OF_ANOTHERS = "invitation.of-another-organizations-fleet"
_PERHAPS_WITHOUT_CODES = f"{_OF_ANOTHERS}-perhaps-without-codes"


@pytest.mark.parametrize(
    ("path", "situation"),
    [
        ("acme", "invitation.of-a-fleet-with-codes"),
        ("codeless", "invitation.of-a-fleet-without-codes"),
        ("theirs", _PERHAPS_WITHOUT_CODES),
        (B, _PERHAPS_WITHOUT_CODES),
        (A, "invitation.of-a-new-fleet"),
        (f"ct-{MARK}-zzz", "invitation.of-an-unknown-fleet"),
        (f"{A}-longer", "invitation.of-a-resembling-id"),
    ],
)
def test_a_reading_of_codes_is_in_a_situation(path: str, situation: str) -> None:
    history = before()
    assert history.situations(history.codes(path, 404)) == {situation}


@pytest.mark.parametrize(
    ("body", "situation"),
    [
        (KEY, "keys.create-a-key"),
        ({**KEY, "enabled": False, "fleetId": A}, "keys.create-a-key"),
        ({**KEY, "contractId": "CT-2"}, "keys.create-a-key-with-more"),
        ({**KEY, "fleetName": "One", "fleetId": A}, "keys.create-a-key-with-more"),
        ({**KEY, "visualNumber": "CT-a"}, "keys.create-a-key-with-more"),
        ({**KEY, "contractId": "de1"}, "keys.create-a-key-with-more"),
        ({**KEY, "contractId": "0012"}, "keys.create-a-key-with-more"),
        ({**KEY, "keyIdentifier": "c7A1B2C3D40001"}, "keys.create-a-key-in-lower-case"),
        ({**KEY, "fleetId": "theirs"}, "keys.create-an-odd-key"),
        ({**KEY, "fleetId": C}, "keys.create-an-odd-key"),
        ({**KEY, "keyIdentifier": "zz"}, "keys.create-an-odd-key"),
        ({**KEY, "keyIdentifier": []}, "keys.create-an-invalid-key"),
        ({"keyIdentifier": "c7a1b2c3d40001"}, "keys.create-an-invalid-key"),
        (b"{", "keys.create-an-invalid-key"),
        ({**KEY, "keyIdentifier": "C7A1B2C3D40000"}, "keys.create-the-same-key"),
    ],
)
def test_a_create_of_a_key_is_in_a_situation(body: Any, situation: str) -> None:
    history = before()
    history.add("POST", KEYS, {**KEY, "keyIdentifier": "C7A1B2C3D40000", "contractId": "CT-2"}, 201)
    assert history.situations(history.add("POST", KEYS, body, 400)) == {situation}


@pytest.mark.parametrize(
    ("query", "situations"),
    [
        ("", {"keys.list"}),
        ("page_size=10", {"keys.list", "keys.list-with-a-page-size"}),
        ("page_size=500", {"keys.list", "keys.list-with-a-page-size"}),
        ("page_size=9", {"keys.list", "keys.list-with-a-page-size-out-of-range"}),
        ("page_size=-1", {"keys.list", "keys.list-with-a-page-size-out-of-range"}),
        ("page_size=ten", {"keys.list", "any.odd"}),
        ("page_size=010", {"keys.list", "any.odd"}),
        ("page_size=%2B10", {"keys.list", "any.odd"}),
        ("page_size=10&cursor=next", {"keys.list", "keys.list-with-a-page-size", "keys.list-the-next-page"}),
        ("cursor=next", {"keys.list", "any.odd"}),
        ("cursor=invented", {"keys.list", "any.odd"}),
        ("fleetId=acme", {"keys.list"}),
        (f"fleetId={A}", {"keys.list"}),
        (f"fleetId={C}", {"keys.list", "keys.list-of-an-unknown-fleet"}),
        ("fleetId=theirs", {"keys.list", "keys.list-of-another-organizations-fleet"}),
        ("fleetId=", {"keys.list", "any.odd"}),
        ("unknown=1", {"keys.list", "any.odd"}),
        ("page_size=20&page_size=10", {"any.odd"}),
        ("fleetId=acme&fleetId=theirs", {"any.odd"}),
    ],
)
def test_a_list_of_keys_is_in_situations(query: str, situations: set[str]) -> None:
    history = before()
    history.page("page_size=10", {"keys": [], "cursor": "next"})
    assert history.situations(history.page(query)) == situations


@pytest.mark.parametrize(
    ("path", "situations"),
    [
        ("loc", {"prices.of-a-location"}),
        ("loc?fleetId=acme", {"prices.of-a-location"}),
        (f"loc?fleetId={C}", {"prices.of-a-location", "prices.for-an-unknown-fleet"}),
        (f"ct-{MARK}-nowhere", {"prices.of-an-unknown-location"}),
        ("loc?x=1", {"prices.of-a-location", "any.odd"}),
    ],
)
def test_a_look_at_a_location_is_in_situations(path: str, situations: set[str]) -> None:
    history = before()
    assert history.situations(history.add("GET", f"/v1/locations/{path}")) == situations


@pytest.mark.parametrize(
    ("how", "situations"),
    [
        ({"caller": Caller.NOBODY}, {"any.without-a-key"}),
        ({"caller": Caller.STRANGER}, {"any.with-an-unknown-key"}),
        ({"caller": Caller.EMPTY}, {"any.with-an-empty-key"}),
        ({"key_header": "x-api-key"}, {"any.key-header-in-another-case"}),
        ({"sent": ()}, {"any.missing-media-type"}),
        ({"sent": (("Content-Type", "text/plain"),)}, {"any.wrong-media-type"}),
        ({"sent": (("Content-Type", "application/json; charset=utf-8"),)}, {"any.media-type-with-parameters"}),
        ({"sent": (("Content-Type", "Application/JSON"),)}, {"any.media-type-with-parameters"}),
        ({"sent": (("Content-Type", "application/json; charset=latin-1"),)}, {"any.wrong-media-type"}),
    ],
)
def test_who_sends_and_how_are_situations_of_any_operation(how: dict[str, Any], situations: set[str]) -> None:
    history = History(name__taken="accepted")
    assert history.situations(history.rename("acme", "x", 400, **how)) - {"rename.a-fleet"} == situations


@pytest.mark.parametrize(
    ("method", "path", "situation"),
    [
        ("GET", "/emp/v1/nothing", "any.unknown-path"),
        ("DELETE", FLEETS, "any.wrong-method"),
        ("HEAD", KEYS, "any.odd"),
        ("OPTIONS", FLEETS, "any.odd"),
        ("OPTIONS", "/emp/v1/nothing", "any.odd"),
        ("POST", f"{FLEETS}/acme/rename", "any.wrong-method"),
        ("GET", f"{FLEETS}/a/b/invitation", "any.unknown-path"),
    ],
)
def test_what_is_no_operation_is_a_situation(method: str, path: str, situation: str) -> None:
    history = History()
    assert history.situations(history.add(method, path, status=404)) == {situation}


@pytest.mark.parametrize(
    ("status", "codes", "situation"),
    [
        (200, [{"code": "THEIRS"}], _OF_ANOTHERS),
        (404, b"", f"{_OF_ANOTHERS}-without-codes"),
        (403, b"", _PERHAPS_WITHOUT_CODES),
    ],
)
def test_only_its_own_organization_shows_whether_a_foreign_fleet_has_codes(
    status: int, codes: Any, situation: str
) -> None:
    history = before()
    history.rename(B, caller=Caller.OTHER)
    asked = history.codes(B, 403)
    assert history.situations(asked) == {_PERHAPS_WITHOUT_CODES}
    history.codes(B, status, codes, caller=Caller.OTHER)
    assert history.situations(asked) == {situation}
    has_codes = situation == _OF_ANOTHERS  # A refusal tells nothing where there was nothing to show.
    assert [found.kept for found in judge_status(history.at(asked))] == ([True, True] if has_codes else [True])
    missed = [found.kept for found in judge_status(history.at(history.codes(B, 404)))]
    assert missed == ([True, False] if has_codes else [True])


@pytest.mark.parametrize(("status", "kept"), [(409, True), (400, False)])
def test_of_renames_that_overlap_one_may_be_a_conflict(status: int, kept: bool) -> None:
    history = History(name__taken="accepted")
    history.create(A, at=(0, 1))
    history.rename(A, at=(2, 5))
    refused = history.rename(A, status=status, at=(3, 4))
    assert all(found.kept for found in judge_status(history.at(refused))) is kept


def test_a_rename_that_meets_none_that_succeeds_is_no_conflict() -> None:
    history = History(name__taken="accepted")
    history.create(A, at=(0, 1))
    refused = [history.rename(A, status=409, at=at) for at in ((2, 5), (3, 4))]
    assert not any(all(found.kept for found in judge_status(history.at(each))) for each in refused)


@pytest.mark.parametrize("name", ["a < b", "x", "nice \U0001f697", "\u202ename"])
def test_an_odd_name_may_be_refused_unless_another_like_it_was_taken(name: str) -> None:
    history = History(name__taken="accepted")
    history.history.names.characters, history.history.names.shortest = set(), 100
    history.create(A, "Name one")
    refused = [history.rename(A, name, 400), history.create(B, name, 400)]
    assert all(found.kept for each in refused for found in judge_status(history.at(each)))
    history.create(C, name)
    assert not any(all(found.kept for found in judge_status(history.at(each))) for each in refused)


def test_a_plain_name_may_not_be_refused() -> None:
    history = History(name__taken="accepted")
    history.history.names.characters, history.history.names.shortest = set(), 100
    history.create(A, "One")
    assert not all(found.kept for found in judge_status(history.at(history.rename(A, "Näme 2", 400))))
