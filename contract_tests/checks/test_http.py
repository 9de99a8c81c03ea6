"""HTTP and JSON: paths, methods, media types, and the ways to spell one value."""

from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import values
from fleet_contract.contract_tests.driving.api import FLEETS, JSON, KEYS, Api, segment
from fleet_contract.contract_tests.driving.check import LEFT_OUT, over, reaches
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.target.depths import Depth


@reaches("http.unknown-paths-are-refused", depth=Depth.STANDARD)
def test_a_path_that_continues_one_of_an_operation_is_refused(api: Api, home: str) -> None:
    for more in ("s", f"/ct-{api.mark}"):
        api.send("GET", f"{FLEETS}/{segment(home)}/invitation{more}")


@reaches("http.unknown-paths-are-refused", depth=Depth.SMOKE, writes=False)
def test_an_unknown_path_is_refused(api: Api) -> None:
    api.send("GET", f"/emp/v1/ct-{api.mark}")


@reaches("http.unknown-paths-are-refused", depth=Depth.SMOKE)
def test_an_unknown_path_below_a_fleet_is_refused(api: Api, home: str) -> None:
    body = spell({"newName": api.fresh_name()})
    api.send("PUT", f"{FLEETS}/{segment(home)}/rename/ct-{api.mark}", body=body, headers=JSON)


# Paths that begin like those of operations, end like them or go on behind them, each with what it would take.
_NEAR_PATHS = [
    ("GET", f"{KEYS}-ct-{{mark}}"),
    ("GET", f"{KEYS}ct{{mark}}"),
    ("GET", f"{KEYS}/ct-{{mark}}/ct"),
    ("POST", f"{FLEETS}-ct-{{mark}}"),
    ("POST", f"{FLEETS}ct{{mark}}"),
    ("PUT", f"{FLEETS}/{{home}}/rename-ct-{{mark}}"),
    ("PUT", f"{FLEETS}/{{home}}/renamect{{mark}}"),
    ("PUT", f"{FLEETS}/{{home}}/ct-{{mark}}/rename"),
    ("PUT", f"{FLEETS}/{{home}}/rename/ct/rename"),
    ("GET", f"{FLEETS}/{{home}}/invitation-ct-{{mark}}"),
    ("GET", f"{FLEETS}/{{home}}/ct-{{mark}}/invitation"),
    ("GET", f"/ct-{{mark}}{KEYS}"),
    ("POST", f"/ct-{{mark}}{FLEETS}"),
    ("GET", "/emp/v1ct/charging-keys"),
]


@reaches("http.unknown-paths-are-refused", depth=Depth.STANDARD)
@over(st.sampled_from(_NEAR_PATHS), standard=_NEAR_PATHS[:1], deep=_NEAR_PATHS[1:])
def test_a_path_that_resembles_one_of_an_operation_is_refused(api: Api, home: str, case: tuple[str, str]) -> None:
    method, path = case
    path = path.format(home=segment(home), mark=api.mark)
    api.send(method, path, **({} if method == "GET" else _with_all(api)))


def _with_all(api: Api) -> dict[str, Any]:
    """Return a body that would do for a create, and for a rename."""
    members = {"fleetId": api.fresh_id(), "fleetName": api.fresh_name(), "newName": api.fresh_name()}
    return {"body": spell(members), "headers": JSON}


# Methods that no server is likely to have added since the guide was written; PATCH may well be another word for PUT.
_WRONG_METHODS = [
    ("DELETE", f"{FLEETS}/{{home}}/rename"),
    ("PATCH", FLEETS),
    ("PATCH", f"{FLEETS}/{{home}}/invitation"),
    ("PATCH", KEYS),
    ("POST", f"{FLEETS}/{{home}}/rename"),
]
_MORE_WRONG_METHODS = [
    ("GET", f"{FLEETS}/{{home}}/rename"),
    ("POST", f"{FLEETS}/{{home}}/invitation"),
    ("PUT", f"{FLEETS}/{{home}}/invitation"),
    ("DELETE", f"{FLEETS}/{{home}}/invitation"),
    ("PUT", FLEETS),
    ("PUT", KEYS),
]


@reaches("http.wrong-methods-are-refused", depth=Depth.SMOKE)
@over(
    st.sampled_from(_WRONG_METHODS),
    smoke=_WRONG_METHODS[:1],
    quick=_WRONG_METHODS[1:2],
    standard=_WRONG_METHODS[2:],
    deep=_MORE_WRONG_METHODS,
)
def test_a_method_that_a_path_does_not_have_is_refused(api: Api, home: str, case: tuple[str, str]) -> None:
    method, path = case
    # A DELETE with a body may be refused for that (RFC 9110, section 9.3.5).
    how = {} if method in ("DELETE", "GET") else _with_all(api)
    api.send(method, path.format(home=segment(home)), **how)


@reaches("http.wrong-methods-are-refused", depth=Depth.SMOKE, writes=False)
def test_a_get_that_a_path_does_not_have_is_refused(api: Api) -> None:
    if not api.client.target.may_write:  # or other methods tell more
        api.send("GET", f"{FLEETS}/{api.fresh_id()}/rename")  # of no fleet, lest a server take it for a rename


@reaches("http.success-is-json", depth=Depth.SMOKE)
def test_a_client_that_asks_for_json_is_given_json(api: Api, home: str) -> None:
    api.send("GET", f"{KEYS}?page_size=50", headers=[("Accept", "application/json")])
    rather = ("Accept", "application/json; q=0.9, text/html; q=0.1")
    api.put_name(home, spell({"newName": api.fresh_name()}), headers=[*JSON, rather])


@reaches("http.success-is-json", depth=Depth.STANDARD, writes=False)
def test_a_client_that_takes_every_coding_can_read_the_answer(api: Api) -> None:
    api.send("GET", f"{KEYS}?page_size=50", headers=[("Accept-Encoding", "br, zstd, gzip, deflate")])


_WRONG_TYPES = ["application/x-www-form-urlencoded", "text/plain", "application/xml", "application/octet-stream"]


@reaches("http.media-type-is-judged", depth=Depth.SMOKE)
@over(
    st.sampled_from(_WRONG_TYPES),
    smoke=_WRONG_TYPES[:1],
    standard=[*_WRONG_TYPES[1:-1], "json", "application/"],
    deep=[_WRONG_TYPES[-1], ";"],
)
def test_a_body_that_is_declared_as_something_else(api: Api, home: str, case: str) -> None:
    api.put_name(home, spell({"newName": api.fresh_name()}), headers=[("Content-Type", case)])


@reaches("http.media-type-is-judged")
def test_a_body_that_is_not_declared(api: Api, home: str) -> None:
    api.put_name(home, spell({"newName": api.fresh_name()}), headers=[])


@reaches("http.media-type-is-judged", "rename.unknown-fleet-is-404", depth=Depth.STANDARD, new=LEFT_OUT)
def test_a_create_that_is_declared_as_something_else_or_not_at_all(api: Api) -> None:
    ids = [api.fresh_id("-text"), api.fresh_id()]
    for id, headers in zip(ids, ([("Content-Type", "text/plain")], []), strict=True):
        api.post(FLEETS, {"fleetId": id, "fleetName": api.fresh_name()}, headers=headers)
    api.rename(ids[0], api.fresh_name())  # what was refused made nothing


# Bodies that are what they are declared as, with ID and NAME for a fresh id and a fresh name.
_BOUNDARY = "ct-boundary"
_PART = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{{}}"\r\n\r\n{{}}\r\n'
_OTHER_FORMATS = {
    "application/x-www-form-urlencoded": b"fleetId=ID&fleetName=NAME&newName=NAME",
    "application/xml": b'<?xml version="1.0"?><fleet><fleetId>ID</fleetId><fleetName>NAME</fleetName></fleet>',
    "text/xml; charset=utf-8": b"<fleet><fleetId>ID</fleetId></fleet>",
    f"multipart/form-data; boundary={_BOUNDARY}": (
        f"{_PART.format('fleetId', 'ID')}{_PART.format('fleetName', 'NAME')}--{_BOUNDARY}--\r\n".encode()
    ),
}
_FORM, *_MORE_FORMATS = _OTHER_FORMATS


@reaches("http.media-type-is-judged", depth=Depth.STANDARD)
@over(st.sampled_from(list(_OTHER_FORMATS)), standard=[_FORM], deep=_MORE_FORMATS)
def test_a_fleet_in_another_format(api: Api, case: str) -> None:
    body = values.filled(_OTHER_FORMATS[case], api).replace(b" ", b"+" if case == _FORM else b" ")
    api.send("POST", FLEETS, body=body, headers=[("Content-Type", case)])


@reaches("http.media-type-is-judged", depth=Depth.DEEP)
@over(st.sampled_from(list(_OTHER_FORMATS)), deep=list(_OTHER_FORMATS))
def test_a_name_in_another_format(api: Api, home: str, case: str) -> None:
    api.put_name(home, values.filled(_OTHER_FORMATS[case], api), headers=[("Content-Type", case)])


_CHUNKED = [*JSON, ("Transfer-Encoding", "chunked")]


@reaches("create.accepts-a-valid-fleet", "create.refuses-a-missing-id", depth=Depth.DEEP, new=LEFT_OUT)
def test_a_create_may_come_in_chunks(api: Api) -> None:
    if api.takes_chunks:
        api.post(FLEETS, {"fleetId": api.fresh_id(), "fleetName": api.fresh_name()}, headers=_CHUNKED)
        api.post(FLEETS, {"fleetName": api.fresh_name()}, headers=_CHUNKED)


@reaches("rename.accepts-a-valid-name", "rename.refuses-a-missing-name", depth=Depth.DEEP)
@over(st.sampled_from([0, 8_300, 70_000]), deep=[0, 8_300, 70_000])
def test_a_rename_may_come_in_chunks(api: Api, home: str, case: int) -> None:
    if not api.takes_chunks:
        return
    api.put_name(home, b" " * case + spell({"newName": api.fresh_name()}), headers=_CHUNKED)
    api.put_name(home, spell({"name": api.fresh_name()}), headers=_CHUNKED)


_JSON_TYPES = [
    "application/json;charset=UTF-8",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json; charset="utf-8"',
]


@reaches("http.media-type-parameters-are-allowed", depth=Depth.SMOKE)
@over(st.sampled_from(_JSON_TYPES), smoke=_JSON_TYPES[:1], standard=_JSON_TYPES[1:])
def test_a_body_that_is_declared_as_json_in_other_words(api: Api, home: str, case: str) -> None:
    api.put_name(home, spell({"newName": api.fresh_name()}), headers=[("Content-Type", case)])


@reaches("http.media-type-parameters-are-allowed", "create.accepts-a-valid-fleet", depth=Depth.STANDARD, new=LEFT_OUT)
def test_a_create_that_is_declared_as_json_with_a_charset_may_come_in_chunks(api: Api) -> None:
    # In chunks, too, which a server answers otherwise if it does not take them: a fleet is dear.
    headers = [("Content-Type", _JSON_TYPES[0]), *(_CHUNKED[1:] if api.takes_chunks else [])]
    api.post(FLEETS, {"fleetId": api.fresh_id(), "fleetName": api.fresh_name()}, headers=headers)


_SPELLINGS = [
    '{{"newName":"{} \\u00e9\\/"}}',
    ' \r\n{{\t"newName" :\n' + " " * 5_000 + '"{} \\uD83D\\uDE97" }} \n',  # longer than a page of memory
    '{{"\\u006eewName":"{}"}}',
]
# As much as a buffer of 8 KiB or of 64 KiB does not hold, before, between and behind what there is.
_WIDE_SPELLINGS = [
    spelling.replace("SPACE", " " * size)
    for size in (8_300, 70_000)
    for spelling in ('{{SPACE"newName":"{}"}}', 'SPACE{{"newName":"{}"}}', '{{"newName":SPACE"{}"}}SPACE')
]


@reaches("http.json-is-read-by-value")
@over(st.sampled_from(_SPELLINGS), quick=_SPELLINGS, standard=_WIDE_SPELLINGS[:1], deep=_WIDE_SPELLINGS[1:])
def test_a_name_in_other_spellings(api: Api, home: str, case: str) -> None:
    api.put_name(home, case.format(api.fresh_name()).encode())


@reaches("http.json-is-read-by-value", depth=Depth.STANDARD)
def test_a_name_is_as_long_as_what_its_escapes_mean(api: Api, home: str) -> None:
    escapes = "".join(f"\\u{ord(character):04x}" for character in api.fresh_name(100))
    api.put_name(home, f'{{"newName": "{escapes}"}}'.encode())


@reaches("http.json-is-read-by-value", depth=Depth.STANDARD, new=LEFT_OUT)
def test_a_create_with_its_members_in_another_order_and_escaped(api: Api) -> None:
    name, id = api.fresh_name(), api.fresh_id().replace("-", "\\u002d")
    body = f'{{ "fleetName" : "{name} \\u00e9" ,\n"fleet\\u0049d":"{id}"}}'
    api.send("POST", FLEETS, body=body.encode(), headers=JSON)


@reaches("http.json-is-read-by-value", depth=Depth.DEEP, new=LEFT_OUT)
@over(st.sampled_from([8_300, 70_000]), deep=[8_300, 70_000])
def test_a_create_with_much_white_space(api: Api, case: int) -> None:
    body = f'{{"fleetName":"{api.fresh_name()}",{" " * case}"fleetId":"{api.fresh_id()}"}}'
    api.send("POST", FLEETS, body=body.encode(), headers=JSON)


_ODD_IDS = ["{home}%FF", "%00", "%C3%28", "%2E%2E", "%F0%9F", "%25", "a" * 4_000]
_READ_ONLY = ["__proto__"]  # a careless server would give every object the name


@reaches("http.never-a-server-error")
@over(
    st.sampled_from([*_ODD_IDS, "%2e"]), quick=_READ_ONLY, standard=_ODD_IDS[:-3] + _ODD_IDS[-1:], deep=_ODD_IDS[-3:-1]
)
def test_asking_for_codes_under_an_odd_id_causes_no_server_error(api: Api, home: str, case: str) -> None:
    api.send("GET", f"{FLEETS}/{case.format(home=segment(home))}/invitation")


@reaches("http.never-a-server-error", "fleets.id-is-matched-whole")
@over(st.sampled_from([*_ODD_IDS, "%2e"]), quick=_ODD_IDS[:1], standard=_ODD_IDS[1:])
def test_a_rename_under_an_odd_id_causes_no_server_error(api: Api, home: str, case: str) -> None:
    path = f"{FLEETS}/{case.format(home=segment(home))}/rename"
    api.send("PUT", path, body=spell({"newName": api.fresh_name()}), headers=JSON)
