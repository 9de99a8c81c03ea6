"""How each question is read from the wire: one function of a client, which returns the answer seen."""

import time
from collections.abc import Callable

import httpx

from .conftest import Client

FLEETS = "/emp/v1/fleets"
DECOMPOSED, COMPOSED = "e\u0301", "\u00e9"
PLAIN = b'{"fleetId": "plain"}'


def status(answer: httpx.Response) -> str:
    return str(answer.status_code)


def or_else(answer: httpx.Response, *, refused: str, otherwise: str) -> str:
    """Return what a refusal with this status means, or a success; any other answer as its status."""
    if answer.is_success:
        return otherwise
    return refused if status(answer) == refused else f"unexpected {status(answer)}"


def success_or(answer: httpx.Response, word: str) -> str:
    """Return a word for a success, and the status of a refusal."""
    return word if answer.is_success else status(answer)


def name_shown(answer: httpx.Response, kept: str, changed: str) -> str:
    """Return which of two forms of a name an answer shows, as kept or other; or that it was refused."""
    if not answer.is_success:
        return kept_or_refused(answer)
    return {kept: "kept", changed: "other"}[answer.json()["fleetName"]]


def kept_or_refused(answer: httpx.Response) -> str:
    return or_else(answer, refused="400", otherwise="kept").replace("400", "refused")


def omitted_or_refused(answer: httpx.Response) -> str:
    return kept_or_refused(answer).replace("kept", "omitted")


def invalid_name(call: Client) -> str:
    """Return the one status of all refusals of a name in create; a rename is refused with 400."""
    assert call.rename("acme-corp-001", "x" * 101).status_code == 400
    assert call.create("", "x" * 101).status_code == 400
    names: tuple[object, ...] = ("x" * 101, ["x"], {}, 1, True)
    (only,) = {status(call.create("invalid", name)) for name in names}
    return only


def duplicate_identical(call: Client) -> str:
    call.create("same", "Same")
    return success_or(call.create("same", "Same"), status(call.create("same", "Same"))).replace("409", "refused")


def name_omitted(call: Client) -> str:
    shown = call.create("nameless").json()
    return {"absent": "absent", None: "null", "": "empty", "nameless": "id"}[shown.get("fleetName", "absent")]


def name_empty(call: Client) -> str:
    answer = call.create("empty", "")
    return "kept" if answer.is_success and answer.json().get("fleetName") == "" else omitted_or_refused(answer)


def name_normalisation(call: Client) -> str:
    return {DECOMPOSED: "none", COMPOSED: "nfc"}[call.create("name", DECOMPOSED).json()["fleetName"]]


def id_alphabet(call: Client) -> str:
    taken = [id for id in ("a-1", "A.b", "a b", "a-2\n") if call.create(id).is_success]
    return {4: "any", 2: "unreserved", 1: "slug"}[len(taken)]


def id_blanks(call: Client) -> str:
    answer = call.create(" blank ")
    if not answer.is_success:
        return status(answer)
    assert call.rename("%20blank%20", "x").json()["fleetId"] == answer.json()["fleetId"]
    return {" blank ": "kept", "blank": "trimmed"}[answer.json()["fleetId"]]


def id_normalisation(call: Client) -> str:
    call.create(DECOMPOSED)
    return "nfc" if call.rename(COMPOSED, "x").is_success and call.create(COMPOSED).status_code == 409 else "none"


def id_case(call: Client) -> str:
    call.create("Case")
    answer = call.rename("cASE", "x")
    if not answer.is_success:
        return "exact"
    assert answer.json()["fleetId"] == "Case"
    call.create_key("04EE", fleetId="CASE")
    assert len(call.keys("?fleetId=case").json()["keys"]) == 1
    return "ignored"


ASTRONAUT = "👩\u200d🚀"  # one cluster of three code points


def length_unit(call: Client) -> str:
    """Tell by an id, which a path must hold as well, and by a name."""
    two_units, three_points = call.create("😀" * 51, "😀" * 51), call.create(ASTRONAUT * 40, ASTRONAUT * 40)
    assert not (three_points.is_success and two_units.status_code == 400)
    if three_points.is_success:
        assert call.rename(ASTRONAUT * 40, ASTRONAUT * 100).is_success
        assert call.rename(ASTRONAUT * 40, ASTRONAUT * 101).status_code == 400
        return "graphemes"
    return "code-points" if two_units.is_success else "utf-16"


def json_scalars(call: Client) -> str:
    body, headers = b'{"fleetId": 1.50, "fleetName": true}', {"Content-Type": "application/json"}
    answer = call("POST", FLEETS, content=body, headers=headers)
    renamed = [call.rename("acme-corp-001", scalar) for scalar in (7, False)]
    if not answer.is_success:
        assert [status(each) for each in (answer, *renamed)] == ["400"] * 3
        return "refused"
    assert answer.json() == {"fleetId": "1.50", "fleetName": "true"}
    assert [each.json()["fleetName"] for each in renamed] == ["7", "false"]
    return "as-string"


def name_taken(call: Client) -> str:
    call.create("one", "Taken")
    created, renamed = call.create("two", "Taken"), call.rename("acme-corp-001", "Taken")
    assert call.rename("one", "Taken").is_success
    assert created.is_success == renamed.is_success
    return success_or(renamed, "accepted")


def invitation_new_fleet(call: Client) -> str:
    call.create("fresh")
    answer = call.codes("fresh")
    assert answer.status_code == 404 or len(answer.json()) == 2
    return success_or(answer, "some").replace("404", "none")


def key_duplicate(call: Client) -> str:
    call.create_key("04DD", visualNumber="first")
    answer = call.create_key("04DD", visualNumber="second")
    listed = [key["visualNumber"] for key in call.keys().json()["keys"] if key["keyIdentifier"] == "04DD"]
    assert listed == ["first"]
    return success_or(answer, "accepted")


def key_lower_case(call: Client) -> str:
    answer = call.create_key("04ab")
    if not answer.is_success:
        return "refused"
    listed = [key["keyIdentifier"] for key in call.keys("?page_size=500").json()["keys"]]
    assert ("04ab" in listed) != ("04AB" in listed)
    return "kept" if "04ab" in listed else "capitals"


def fleet_of_a_key(call: Client) -> str:
    shown = {key.get("fleetId") for key in call.keys("?fleetId=acme-corp-001").json()["keys"]}
    others = {key.get("fleetId") for key in call.keys("?page_size=500").json()["keys"]} - shown
    assert len(shown) == 1
    assert None in others or shown == {None}
    return {"acme-corp-001": "own", None: "absent"}.get(shown.pop(), "internal")


def keys_page_size(call: Client) -> str:
    answer = call.keys("?page_size=3")
    if not answer.is_success:
        return status(answer)
    assert call.keys("?page_size=1000").is_success
    usual = len(call.keys().json()["keys"])
    assert usual > 10
    return {10: "clamped", usual: "default"}[len(answer.json()["keys"])]


def unknown_fleets_prices(call: Client) -> str:
    usual = call("GET", "/v1/locations/loc-001").json()
    answer = call("GET", "/v1/locations/loc-001?fleetId=nobody")
    assert status(call("GET", "/v1/locations/loc-001?fleetId=foreign-001")) == status(answer)
    return "default" if answer.is_success and answer.json() == usual else status(answer)


def error_body(call: Client) -> str:
    refusals = [
        call.codes("nobody"),
        call.codes("nobody", key=None),
        call("GET", "/no"),
        call("GET", FLEETS),
        call.create(1),
    ]
    (only,) = {shape(answer) for answer in refusals}
    return only


def shape(answer: httpx.Response) -> str:
    media_type = answer.headers.get("content-type", "").split(";")[0]
    if media_type == "application/json":
        return "message" if "message" in answer.json() else "json"
    shapes = {"application/problem+json": "problem", "text/plain": "text", "text/html": "html", "": "empty"}
    return shapes[media_type]


def charset(call: Client) -> str:
    return {"application/json": "none"}.get(call.keys().headers["content-type"], "utf-8")


def extras(call: Client) -> str:
    return "some" if set(call.create("extra", "x").json()) - {"fleetId", "fleetName"} else "none"


def compression(call: Client) -> str:
    assert "content-encoding" not in call.keys(headers={"Accept-Encoding": "identity"}).headers
    assert "content-encoding" not in call.keys(headers={"Accept-Encoding": "gzip;q=0"}).headers
    return str(call.keys(headers={"Accept-Encoding": "gzip"}).headers.get("content-encoding", "none"))


def rate_limit(call: Client) -> str:
    answers = [call.codes("acme-corp-001") for _ in range(97)]
    limited = [answer for answer in answers if answer.status_code == 429]
    if not limited:
        return "unseen"
    return "retry-after" if limited[0].headers.get("retry-after") == "1" else "bare"


def read_delay(call: Client) -> str:
    call.create("late")
    call.create_key("04FF")
    late = call.rename("late", "x").status_code == 404
    assert late == ("04FF" not in call.keys("?page_size=500").text)
    assert call.create("late", "other").status_code == 409
    time.sleep(0.35 if late else 0)
    assert call.rename("late", "x").status_code == 200
    assert "04FF" in call.keys("?page_size=500").text
    return "some" if late else "none"


SEEN: dict[str, Callable[[Client], str]] = {
    "create.status": lambda call: status(call.create("new")),
    "duplicate.status": lambda call: status(call.create("acme-corp-001", "Other")),
    "duplicate.identical": duplicate_identical,
    "name.omitted": name_omitted,
    "name.null": lambda call: omitted_or_refused(call.create("null", None)),
    "name.empty": name_empty,
    "rename.empty": lambda call: success_or(call.rename("acme-corp-001", ""), "kept"),
    "name.blanks": lambda call: name_shown(call.create("blank", " x "), " x ", "x").replace("other", "trimmed"),
    "name.only-blanks": lambda call: kept_or_refused(call.rename("acme-corp-001", "  ")),
    "name.normalisation": name_normalisation,
    "name.control-characters": lambda call: kept_or_refused(call.rename("acme-corp-001", "a\tb")),
    "name.taken": name_taken,
    "id.alphabet": id_alphabet,
    "id.blanks": id_blanks,
    "id.normalisation": id_normalisation,
    "id.case": id_case,
    "length.unit": length_unit,
    "json.scalars": json_scalars,
    "create.invalid-name": invalid_name,
    "properties.unknown": lambda call: success_or(call("POST", FLEETS, {"fleetId": "x", "odd": 1}), "ignored"),
    "rename.order": lambda call: status(call.rename("nobody", 1)),
    "rename.foreign": lambda call: status(call.rename("foreign-001", "x")),
    "path.overlong-id": lambda call: status(call.codes("x" * 101)),
    "invitation.new-fleet": invitation_new_fleet,
    "invitation.foreign-without-codes": lambda call: status(call.codes("codeless-001", key="other-key")),
    "key.status": lambda call: status(call.create_key()),
    "key.body": lambda call: "shown" if call.create_key().content else "empty",
    "key.invalid": lambda call: status(call.create_key(visualNumber=1)),
    "key.duplicate": key_duplicate,
    "key.lower-case": key_lower_case,
    "keys.unknown-fleet": lambda call: success_or(call.keys("?fleetId=nobody"), "empty"),
    "keys.fleet-id": fleet_of_a_key,
    "keys.page-size": keys_page_size,
    "location.unknown-fleet": unknown_fleets_prices,
    "access.missing-key": lambda call: status(call.keys(key=None)),
    "access.unknown-key": lambda call: status(call.keys(key="nobody")),
    "http.unknown-path": lambda call: status(call("GET", "/no")),
    "http.wrong-method": lambda call: status(call("DELETE", FLEETS)),
    "http.allow": lambda call: "listed" if "allow" in call("DELETE", FLEETS).headers else "absent",
    "http.wrong-media-type": lambda call: success_or(
        call("POST", FLEETS, content=PLAIN, headers={"Content-Type": "text/plain"}), "parsed"
    ),
    "http.missing-media-type": lambda call: success_or(call("POST", FLEETS, content=PLAIN), "parsed"),
    "error.body": error_body,
    "answer.charset": charset,
    "answer.extras": extras,
    "answer.compression": compression,
    "rate.limit": rate_limit,
    "read.delay": read_delay,
}
