"""HTTP and JSON: paths, methods, media types, and the ways to spell one value."""

from hypothesis import strategies as st

from fleet_contract.contract_tests.api import FLEETS, JSON, KEYS, Api, segment
from fleet_contract.contract_tests.check import LEFT_OUT, over, reaches
from fleet_contract.contract_tests.depths import Depth
from fleet_contract.contract_tests.judging.bodies import spell


@reaches("http.unknown-paths-are-refused", depth=Depth.STANDARD)
def test_a_path_that_continues_is_no_operation(api: Api, home: str) -> None:
    api.send("GET", f"{FLEETS}/{segment(home)}/invitations")


@reaches("http.unknown-paths-are-refused", depth=Depth.SMOKE)
def test_a_path_that_is_no_operation(api: Api) -> None:
    api.send("GET", f"/emp/v1/ct-{api.mark}")


@reaches("http.unknown-paths-are-refused", depth=Depth.SMOKE)
def test_a_path_of_a_fleet_that_is_no_operation(api: Api, home: str) -> None:
    api.send("POST", f"{FLEETS}/{segment(home)}/rename/ct-{api.mark}", body=b"{}", headers=JSON)


# Methods that no server is likely to have added since the guide was written; PATCH may well be another word for PUT.
_WRONG_METHODS = [
    ("DELETE", f"{FLEETS}/{{home}}/rename"),
    ("PATCH", FLEETS),
    ("PATCH", f"{FLEETS}/{{home}}/invitation"),
    ("PATCH", KEYS),
]


@reaches("http.wrong-methods-are-refused", depth=Depth.SMOKE)
@over(st.sampled_from(_WRONG_METHODS), smoke=_WRONG_METHODS[:1], quick=_WRONG_METHODS[1:2], standard=_WRONG_METHODS[2:])
def test_a_method_that_a_path_does_not_have(api: Api, home: str, case: tuple[str, str]) -> None:
    method, path = case
    # A DELETE with a body may be refused for that (RFC 9110, section 9.3.5).
    how = {} if method == "DELETE" else {"body": spell({"newName": api.fresh_name()}), "headers": JSON}
    api.send(method, path.format(home=segment(home)), **how)


@reaches("http.wrong-methods-are-refused", depth=Depth.SMOKE)
def test_a_read_that_a_path_does_not_have(api: Api) -> None:
    if not api.client.target.may_write:  # or other methods tell more
        api.send("GET", f"{FLEETS}/{api.fresh_id()}/rename")  # of no fleet, lest a server take it for a rename


@reaches("http.success-is-json", depth=Depth.SMOKE)
def test_a_client_that_asks_for_json_is_given_json(api: Api, home: str) -> None:
    api.send("GET", f"{KEYS}?page_size=50", headers=[("Accept", "application/json")])
    rather = ("Accept", "application/json; q=0.9, text/html; q=0.1")
    api.put_name(home, spell({"newName": api.fresh_name()}), headers=[*JSON, rather])


@reaches("http.success-is-json", depth=Depth.STANDARD)
def test_a_client_that_takes_every_coding_can_read_the_answer(api: Api) -> None:
    api.send("GET", f"{KEYS}?page_size=50", headers=[("Accept-Encoding", "br, zstd, gzip, deflate")])


_WRONG_TYPES = ["application/x-www-form-urlencoded", "text/plain", "application/xml", "application/octet-stream"]


@reaches("http.media-type-is-judged", depth=Depth.SMOKE)
@over(st.sampled_from(_WRONG_TYPES), smoke=_WRONG_TYPES[:1], standard=[*_WRONG_TYPES[1:], "json", ";", "application/"])
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


@reaches("http.media-type-parameters-are-allowed", depth=Depth.STANDARD, new=LEFT_OUT)
def test_a_create_that_is_declared_as_json_with_a_charset(api: Api) -> None:
    headers = [("Content-Type", _JSON_TYPES[0])]
    api.post(FLEETS, {"fleetId": api.fresh_id(), "fleetName": api.fresh_name()}, headers=headers)


_SPELLINGS = [
    '{{"newName":"{} \\u00e9\\/"}}',
    ' \r\n{{\t"newName" :\n' + " " * 5_000 + '"{} \\uD83D\\uDE97" }} \n',  # longer than a page of memory
    '{{"\\u006eewName":"{}"}}',
]


@reaches("http.json-is-read-by-value")
@over(st.sampled_from(_SPELLINGS), quick=_SPELLINGS)
def test_a_name_in_other_spellings(api: Api, home: str, case: str) -> None:
    api.put_name(home, case.format(api.fresh_name()).encode())


@reaches("http.json-is-read-by-value", depth=Depth.STANDARD)
def test_a_name_is_as_long_as_what_its_escapes_mean(api: Api, home: str) -> None:
    escapes = "".join(f"\\u{ord(character):04x}" for character in api.fresh_name(100))
    api.put_name(home, f'{{"newName": "{escapes}"}}'.encode())


@reaches("http.json-is-read-by-value", depth=Depth.STANDARD, new=LEFT_OUT)
def test_a_create_with_its_members_in_another_order_and_escaped(api: Api) -> None:
    name, id = api.fresh_name(), api.fresh_id().replace("-", "\\u002d")
    body = f'{{ "fleetName" : "{name} \\u00e9" ,\n"fleetId":"{id}"}}'
    api.send("POST", FLEETS, body=body.encode(), headers=JSON)


_ODD_IDS = ["{home}%FF", "%00", "%C3%28", "%2E%2E", "%F0%9F", "%25", "a" * 4_000]
_READ_ONLY = ["__proto__"]  # a careless server would give every object the name


@reaches("http.never-a-server-error")
@over(st.sampled_from([*_ODD_IDS, "%2e"]), quick=_READ_ONLY, standard=_ODD_IDS)
def test_codes_under_an_odd_id_are_no_reason_to_fail(api: Api, home: str, case: str) -> None:
    api.send("GET", f"{FLEETS}/{case.format(home=segment(home))}/invitation")


@reaches("http.never-a-server-error", "fleets.id-is-matched-whole")
@over(st.sampled_from([*_ODD_IDS, "%2e"]), quick=_ODD_IDS[:1], standard=_ODD_IDS[1:])
def test_a_rename_under_an_odd_id_is_no_reason_to_fail(api: Api, home: str, case: str) -> None:
    path = f"{FLEETS}/{case.format(home=segment(home))}/rename"
    api.send("PUT", path, body=spell({"newName": api.fresh_name()}), headers=JSON)
