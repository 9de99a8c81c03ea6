"""Creating fleets: what is accepted, what is refused, and what is answered."""

from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import texts, values
from fleet_contract.contract_tests.driving.api import FLEETS, JSON, Api
from fleet_contract.contract_tests.driving.check import LEFT_OUT, over, reaches
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.target.depths import Depth


@reaches("create.accepts-a-valid-fleet", "create.echoes-the-id", "create.echoes-the-name", depth=Depth.SMOKE)
def test_a_fleet_is_created_for_the_checks_that_share_it(home: str) -> None:
    """Ask for it: all else is in its create."""


@reaches(
    "create.accepts-a-valid-fleet",
    "create.echoes-the-id",
    "create.echoes-the-name",
    "http.success-is-json",
    "http.success-is-declared-as-json",
    "http.never-a-server-error",
    new=LEFT_OUT,
)
@over(
    texts.endings(),
    quick=texts.PLAIN_ENDINGS[3:],
    standard=texts.PLAIN_ENDINGS[1:2],
    deep=texts.MORE_ENDINGS,
)
def test_a_fleet_is_created_under_any_name(api: Api, case: str) -> None:
    api.create(api.fresh_id(), api.fresh_name() + case)


@reaches("create.accepts-a-valid-fleet", "create.echoes-the-id", "create.echoes-the-name", new=LEFT_OUT)
def test_a_fleet_is_created_under_an_id_with_underscores_where_another_has_hyphens(api: Api, neighbour: str) -> None:
    api.create(neighbour.replace("-", "_"), api.fresh_name() + texts.PLAIN_ENDINGS[2])


@reaches("create.echoes-the-name", depth=Depth.STANDARD, new=LEFT_OUT)
@over(st.sampled_from([*texts.WORDS, *texts.MORE_WORDS]), standard=texts.WORDS, deep=texts.MORE_WORDS)
def test_a_name_that_reads_like_a_number_or_null_stays_a_name(api: Api, case: str) -> None:
    api.create(api.fresh_id(), case)


@reaches("create.name-is-optional", new=LEFT_OUT)
@over(st.sampled_from([None, ""]), standard=[None, ""])
def test_a_create_with_a_null_name(api: Api, case: str | None) -> None:
    api.create(api.fresh_id(), case)


@reaches("fleets.id-holds-100-characters", "create.echoes-the-id", "fleets.id-finds-the-fleet", new=LEFT_OUT)
@over(
    texts.lengths(20, 100),
    quick=texts.FITTING[1:],
    standard=texts.MORE_FITTING[:1],
    deep=[texts.FITTING[0], (99, "a"), *texts.MORE_FITTING[1:], (100, texts.FOUR_BYTES)],
)
def test_the_longest_ids_fit(api: Api, case: tuple[int, str]) -> None:
    id = api.fresh_id_of(*case)
    # Both as long as may be, so that a row of a table has room for neither of them alone.
    if api.create(id, api.fresh_name(*case)).succeeded:
        api.rename(id, api.fresh_name())


@reaches("create.echoes-the-id", "fleets.id-is-matched-whole", depth=Depth.STANDARD, new=LEFT_OUT)
@over(st.sampled_from(["000", "0", ""]), standard=["000"], deep=["0", ""])
def test_an_id_of_digits_is_compared_as_text(api: Api, depth: Depth, case: str) -> None:
    number = str(api.fresh_number())
    id = f"{case}{number}"
    if not api.create(id, api.fresh_name()).succeeded:
        return
    api.rename(number if case else f"00{number}", api.fresh_name())
    if depth is Depth.DEEP:
        api.rename(f"{id}.0", api.fresh_name())
        api.create(f"0{id}", api.fresh_name())
        api.rename(id, api.fresh_name())


_MOST_OVERLONG = [*texts.MOST_OVERLONG, *texts.FAR_OVERLONG]


@reaches("create.refuses-an-overlong-id")
@over(
    texts.lengths(101, 400),
    quick=texts.MORE_OVERLONG[-1:],
    standard=[texts.OVERLONG[0], *texts.MORE_OVERLONG[:-1]],
    deep=[*texts.OVERLONG[1:], *_MOST_OVERLONG],
)
def test_longer_ids_are_refused(api: Api, case: tuple[int, str]) -> None:
    api.create(api.fresh_id_of(*case), api.fresh_name())


@reaches("create.refuses-an-overlong-id")
@over(st.sampled_from(["a", "\n"]), quick=["\n"], standard=["a"])
def test_longer_ids_are_refused_without_a_name_too(api: Api, case: str) -> None:
    api.create(api.fresh_id_of(100) + case)


@reaches("create.name-holds-100-characters", "create.echoes-the-name", new=LEFT_OUT)
@over(
    texts.lengths(40, 100),
    standard=texts.FITTING[:1],
    deep=[*texts.FITTING[1:], *texts.MORE_FITTING],
)
def test_the_longest_names_fit(api: Api, case: tuple[int, str]) -> None:
    api.create(api.fresh_id(), api.fresh_name(*case))


@reaches("create.name-holds-100-characters", "create.echoes-the-name", new=LEFT_OUT)
def test_a_name_is_counted_in_characters_not_bytes(api: Api, home: str, depth: Depth) -> None:
    # The id begins like another and is another, and the name like a formula and is none.
    id = f"{home}-2"
    if api.create(id, texts.lavish(f"={api.mark} ")).succeeded and depth > Depth.QUICK:
        api.invitation(id)  # nor are its codes those of the other


@reaches("create.refuses-an-overlong-name")
@over(
    texts.lengths(101, 400),
    # Whoever trims what is overlong by its blanks alone makes a fleet of it: quick has none to spare.
    quick=texts.MORE_OVERLONG[-1:],
    standard=[*texts.OVERLONG, *texts.MORE_OVERLONG[:-1]],
    deep=_MOST_OVERLONG,
)
def test_longer_names_are_refused(api: Api, case: tuple[int, str]) -> None:
    api.create(api.fresh_id(), api.fresh_name(*case))


@reaches("create.refuses-an-overlong-name")
def test_a_name_of_several_lines_is_measured_whole(api: Api) -> None:
    api.create(api.fresh_id(), f"{api.fresh_name(50)}\n{'a' * 50}")


@reaches("create.refuses-a-missing-id", "http.media-type-parameters-are-allowed")
def test_an_id_is_required(api: Api) -> None:
    api.create(name=api.fresh_name())
    api.create(headers=[("Content-Type", "application/json; charset=utf-8")])  # a refusal that costs no fleet
    api.create(name=api.fresh_name(), more={"fleet_id": api.fresh_id(), "id": api.fresh_id()})


@reaches("create.refuses-an-invalid-id")
@over(st.sampled_from(values.NOT_IDS), quick=values.NOT_IDS[:2], standard=values.NOT_IDS[2:])
def test_an_id_is_a_string_that_is_not_empty(api: Api, case: Any) -> None:
    body = spell({"fleetId": case, "fleetName": "NAME"})
    api.send("POST", FLEETS, body=values.filled(body, api), headers=JSON)


@reaches("create.refuses-an-invalid-id", new=LEFT_OUT)
def test_a_number_in_place_of_an_id(api: Api) -> None:
    api.create(api.fresh_number(), api.fresh_name())


@reaches("create.refuses-a-mistyped-name")
@over(
    values.not_strings(),
    quick=values.NOT_STRINGS[1:2],
    standard=[*values.NOT_STRINGS[2:], *values.MORE_NOT_STRINGS[1:]],
)
def test_a_name_is_a_string(api: Api, case: Any) -> None:
    api.create(api.fresh_id(), case)


_MEMBERS = {"fleetName": "NAME", "fleetId": "ID"}
_NO_JSON, _MORE_NO_JSON = values.no_json(_MEMBERS), values.more_no_json(_MEMBERS)


@reaches("create.refuses-a-malformed-body")
@over(st.binary(max_size=50), quick=[_NO_JSON[0], _MORE_NO_JSON[-1]], standard=[*_NO_JSON[1:-1], *_MORE_NO_JSON[:-1]])
def test_a_body_is_a_json_object(api: Api, case: bytes) -> None:
    api.send("POST", FLEETS, body=values.filled(case, api), headers=JSON)


@reaches("http.never-a-server-error", new=LEFT_OUT)
@over(
    st.sampled_from(values.ODD_VALUES),
    standard=values.ODD_VALUES[:3],
    deep=values.ODD_VALUES[3:],
)
def test_odd_json_causes_no_server_error(api: Api, case: bytes) -> None:
    body = b'{"fleetId": "' + api.fresh_id().encode() + b'", "fleetName": ' + case + b"}"
    api.send("POST", FLEETS, body=body, headers=JSON)


@reaches("http.unknown-properties", "create.echoes-the-id", depth=Depth.STANDARD, new=LEFT_OUT)
def test_an_unknown_property_does_not_become_part_of_a_fleet(api: Api) -> None:
    codes = [f"CT{api.mark.upper()}"]
    more = {"id": api.fresh_id(), "newName": "other", "name": "another", "codes": codes, "invitationCodes": codes}
    id = api.fresh_id()
    if api.create(id, more=more).succeeded:
        api.invitation(id)
