"""Which situations a request is in whose path, media type or JSON could be spelled otherwise."""

import pytest

from .histories import FLEETS, MARK, A, B, C, History, before


def test_another_spelling_of_the_same_json_is_a_situation() -> None:
    history = History(name__taken="accepted")
    exchange = history.add("PUT", f"{FLEETS}/acme/rename", b'{"newName":"\\u0061"}')
    assert history.situations(exchange) == {"rename.a-fleet", "any.unusual-spelling"}


@pytest.mark.parametrize(
    ("path", "location", "tidies"),
    [
        (f"{A}%2F", f"{FLEETS}/{A}/rename", True),
        (f"{A}%2F", f"https://staging.example/drive{FLEETS}/{A}/rename", True),
        (f"x%2F..%2F{A}", f"{FLEETS}/{A}/rename", True),
        (f"{A}%c3%a9", f"{FLEETS}/{A}%C3%A9/rename", True),
        (A.replace("-", "%2D"), f"{FLEETS}/{A}/rename", True),
        (A, f"{FLEETS}/{A}/rename", False),
        (A, f"{FLEETS}/{B}/rename", False),
        (A, f"{FLEETS}/{A}/rename?a=b", False),
        (A, "/login", False),
        (A, "http://[", False),
        (A, None, False),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 308])
def test_a_redirect_is_allowed_that_leads_to_the_same_path(
    path: str, location: str | None, tidies: bool, status: int
) -> None:
    history = before()
    got = () if location is None else (("Location", location),)
    renamed = history.add("PUT", f"{FLEETS}/{path}/rename", {"newName": "New"}, status, got=got)
    allowed = "any.redirected-to-another-spelling" in history.situations(renamed)
    assert allowed is (tidies and status != 302)


@pytest.mark.parametrize(
    ("taken", "path", "may_be_tidied"),
    [
        ("x", f"{A}%2F", True),
        ("x", f"x%2F..%2F{A}", True),
        ("x", f"%2F.%2F{A}", True),
        ("x", f"x%2F{A}", False),
        ("x", f"{A}%2F..", False),
        ("/", f"{A}%2F", False),
        ("/", f"x%2F..%2F{A}", False),
    ],
)
def test_slashes_and_dots_may_be_tidied_away_where_no_id_holds_a_slash(
    taken: str, path: str, may_be_tidied: bool
) -> None:
    history = before()
    history.create(f"{C}{taken}")
    found = history.situations(history.rename(path, f"New {MARK}"))
    assert ("path.with-slashes-to-tidy" in found) is may_be_tidied


@pytest.mark.parametrize(
    ("declared", "situation"),
    [
        ("json", "any.malformed-media-type"),
        (";", "any.malformed-media-type"),
        ("application/", "any.malformed-media-type"),
        ("multipart/form-data", "any.malformed-media-type"),
        ("multipart/form-data; boundary=x", "any.wrong-media-type"),
        ("text/plain", "any.wrong-media-type"),
        ("application/json; charset=utf-16", "any.wrong-media-type"),
    ],
)
def test_a_media_type_that_cannot_be_read_is_told_from_a_wrong_one(declared: str, situation: str) -> None:
    history = before()
    sent = (("Content-Type", declared),)
    assert situation in history.situations(history.rename(A, "New", 400, sent=sent))
    read = history.add("GET", f"{FLEETS}/{A}/invitation", status=400, sent=sent)
    assert "any.media-type-without-a-body" in history.situations(read)


@pytest.mark.parametrize(
    ("dialect", "body", "path", "query"),
    [
        ({"id__blanks": "trimmed"}, "taken", "perhaps-a-fleet", "another-organizations-fleet"),
        ({"id__blanks": "kept", "id__case": "exact"}, "new", "unusual-characters", "unknown-fleet"),
    ],
)
def test_what_is_tidied_in_bodies_need_not_be_in_paths_and_queries(
    dialect: dict[str, str], body: str, path: str, query: str
) -> None:
    history = before(**dialect)
    asked = (
        (history.create(f"{A} ", status=409), body),
        (history.add("PUT", f"{FLEETS}/{A}%20/rename", {"newName": "New"}, 404), path),
        (history.page(f"fleetId={A}+"), query),
    )
    for exchange, word in asked:
        assert any(word in each for each in history.situations(exchange)), (word, history.situations(exchange))


def test_a_fleet_is_found_under_the_id_that_its_create_showed() -> None:
    history = History(id__blanks="trimmed", name__taken="accepted")
    history.create(f"{A} ", answer={"fleetId": A, "fleetName": "A name"})
    assert history.situations(history.rename(A)) == {"rename.a-fleet"}
    spelled = history.add("PUT", f"{FLEETS}/{A}%20/rename", {"newName": "New"}, 404)
    assert history.situations(spelled) == {"path.perhaps-a-fleet"}
