"""Renaming fleets: one fleet of ours takes every name, so that names cost nothing."""

from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import texts, values
from fleet_contract.contract_tests.driving.api import FLEETS, JSON, Api, segment
from fleet_contract.contract_tests.driving.check import over, reaches
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


@reaches(
    "rename.accepts-a-valid-name",
    "rename.keeps-the-id",
    "rename.answers-the-new-name",
    "fleets.id-finds-the-fleet",
    depth=Depth.SMOKE,
)
@over(
    texts.endings(),
    smoke=texts.PLAIN_ENDINGS[2:3],
    quick=texts.PLAIN_ENDINGS[3:],
    standard=[*texts.PLAIN_ENDINGS[:2], *texts.MORE_ENDINGS],
)
def test_a_fleet_takes_any_name(api: Api, home: str, case: str) -> None:
    api.rename(home, api.fresh_name() + case)


@reaches("rename.accepts-a-valid-name", "rename.answers-the-new-name")
def test_a_fleet_takes_a_name_twice_that_looks_like_a_number(api: Api, home: str) -> None:
    name = texts.digits(api.mark, "8")
    api.rename(home, name)
    api.rename(home, name)


@reaches("rename.accepts-a-valid-name", "rename.answers-the-new-name")
@over(st.sampled_from([*texts.WORDS, *texts.MORE_WORDS]), quick=texts.WORDS, standard=texts.MORE_WORDS)
def test_a_name_that_reads_like_a_number_or_null_stays_a_name(api: Api, home: str, case: str) -> None:
    api.rename(home, case)


@reaches("rename.name-holds-100-characters", "rename.answers-the-new-name")
@over(texts.lengths(40, 100), standard=[*texts.FITTING, (99, "a"), *texts.MORE_FITTING[1:]])
def test_the_longest_names_fit(api: Api, home: str, case: tuple[int, str]) -> None:
    api.rename(home, api.fresh_name(*case))


@reaches("rename.name-holds-100-characters", depth=Depth.SMOKE)
def test_a_name_is_counted_in_characters_not_bytes(api: Api, home: str) -> None:
    api.rename(home, texts.lavish(f"={api.mark}-"))


@reaches("rename.name-holds-100-characters")
def test_names_that_are_longer_in_one_unit_than_in_another_show_the_unit(api: Api, home: str, depth: Depth) -> None:
    api.rename(home, api.fresh_name(100, texts.FOUR_BYTES))
    if depth > Depth.QUICK:  # which has no request to spare
        api.rename(home, api.fresh_name() + texts.ASTRONAUT * 40)


@reaches("rename.refuses-an-overlong-name", depth=Depth.SMOKE)
@over(
    texts.lengths(101, 400),
    smoke=texts.MORE_OVERLONG[-1:],  # one more than fit is among the names of several lines
    standard=[*texts.OVERLONG, *texts.MORE_OVERLONG[:-1]],
    deep=[*texts.MOST_OVERLONG, *texts.FAR_OVERLONG],
)
def test_longer_names_are_refused(api: Api, home: str, case: tuple[int, str]) -> None:
    api.rename(home, api.fresh_name(*case))


@reaches("rename.refuses-an-overlong-name")
def test_a_name_of_several_lines_is_measured_whole(api: Api, home: str) -> None:
    api.rename(home, f"{api.fresh_name(50)}\n{'a' * 50}")
    api.rename(home, f"{api.fresh_name(100)}\n")


@reaches("rename.refuses-a-missing-name")
def test_a_name_is_required(api: Api, home: str) -> None:
    api.rename(home)
    api.rename(home, more={"fleetName": api.fresh_name()})
    body = spell({"name": api.fresh_name()})
    api.send("PUT", f"{FLEETS}/{segment(home)}/rename?newName={api.mark}", body=body, headers=JSON)


@reaches("rename.refuses-an-invalid-name", depth=Depth.SMOKE)
@over(
    values.not_strings(),
    smoke=values.NOT_STRINGS[:1],
    quick=values.NOT_STRINGS[1:3],
    standard=[*values.NOT_STRINGS[3:], *values.MORE_NOT_STRINGS],
)
def test_a_name_is_a_string(api: Api, home: str, case: Any) -> None:
    api.rename(home, case)


@reaches("rename.accepts-a-valid-name", "rename.refuses-an-invalid-name")
@over(st.sampled_from(["", "   ", 7]), quick=["", 7], standard=["   ", 1.5])
def test_what_servers_decide_about_names(api: Api, home: str, case: Any) -> None:
    api.rename(home, api.fresh_number() if case == 7 else case)


@reaches("rename.answers-the-new-name")
@over(
    st.sampled_from([" {} ", "{} e\u0301", "{}\u0007"]),
    quick=[" {} ", "{}\r\nx"],
    standard=["{} e\u0301", "{}\u0007", "\t{}\n", "\u00a0{}\u00a0", "{} \u212b", "{}\u0000x", "{}\u001b[0m"],
)
def test_what_becomes_of_odd_characters(api: Api, home: str, case: str) -> None:
    api.rename(home, case.format(api.fresh_name()))


@reaches("rename.accepts-a-valid-name", "rename.answers-the-new-name", depth=Depth.STANDARD)
def test_a_name_that_another_fleet_has(api: Api, home: str, neighbour: str) -> None:
    name = api.fresh_name().join(texts.LIKE_BLANKS)
    api.rename(neighbour, name)
    api.rename(home, name)


_MEMBERS = {"newName": "NAME"}
_NO_JSON, _MORE_NO_JSON = values.no_json(_MEMBERS), values.more_no_json(_MEMBERS)
_MOST_NO_JSON = [*values.MOST_NO_JSON[::2], *values.MOST_NO_JSON[1::2]]


@reaches("rename.refuses-a-malformed-body", depth=Depth.SMOKE)
@over(
    st.binary(max_size=50),
    smoke=_NO_JSON[:1],
    quick=_MORE_NO_JSON[:3],
    standard=[*_NO_JSON[1:], *_MORE_NO_JSON[3:], *_MOST_NO_JSON[:2], *values.nearly_json(_MEMBERS)],
    deep=_MOST_NO_JSON[2:],
)
def test_a_body_is_a_json_object(api: Api, home: str, case: bytes) -> None:
    api.put_name(home, values.filled(case, api))


@reaches("http.never-a-server-error")
@over(
    st.sampled_from(values.ODD_VALUES),
    quick=values.ODD_VALUES[:-1],
    standard=[*values.ODD_VALUES[-1:], *values.MORE_ODD_VALUES],
)
def test_odd_json_causes_no_server_error(api: Api, home: str, case: bytes) -> None:
    api.put_name(home, b'{"newName": ' + case + b"}")


@reaches("http.never-a-server-error")
def test_a_byte_order_mark_causes_no_server_error(api: Api, home: str) -> None:
    api.put_name(home, b"\xef\xbb\xbf" + spell({"newName": api.fresh_name()}))


@reaches("http.unknown-properties", depth=Depth.SMOKE)
def test_an_unknown_property_is_not_taken_for_the_name(api: Api, home: str) -> None:
    api.rename(home, api.fresh_name(), more={"unknownToAll": True, "__proto__": {}})


@reaches("rename.unknown-fleet-is-404", depth=Depth.SMOKE)
def test_only_a_fleet_can_be_renamed(api: Api, depth: Depth) -> None:
    if depth is Depth.SMOKE:  # a greater depth has more to say of an id that is still free
        api.rename(api.fresh_id("-free"), api.fresh_name())
    elif depth > Depth.QUICK:
        api.rename(api.fresh_id())
        api.rename(api.fresh_id(), api.fresh_name(101))


@reaches("rename.unknown-fleet-is-404")
@over(texts.lengths(101, 400), standard=[(101, "a"), (101, texts.TWO_BYTES), (255, "a"), (1_500, "a")])
def test_no_fleet_has_a_longer_id(api: Api, case: tuple[int, str]) -> None:
    api.rename(api.fresh_id_of(*case), api.fresh_name())


@reaches("fleets.id-finds-the-fleet", "rename.keeps-the-id", depth=Depth.STANDARD)
def test_no_fleet_can_be_deleted(api: Api, home: str) -> None:
    fleet = api.any_fleet()
    api.rename(fleet, api.fresh_name())
    api.send("DELETE", f"{FLEETS}/{segment(fleet)}")
    api.rename(home, api.fresh_name())
    api.rename(fleet, api.fresh_name())


@reaches(
    "rename.accepts-a-valid-name",
    perhaps=["invitation.lists-the-codes", "invitation.reading-changes-nothing", "prices.fleet-has-its-own"],
    needs=["fixtures.may_be_renamed"],
    depth=Depth.STANDARD,
)
def test_codes_and_prices_outlive_a_rename(api: Api, fixtures: Fixtures) -> None:
    coded, priced = fixtures.fleet_with_codes, fixtures.priced_fleet
    for fleet in dict.fromkeys(filter(None, (coded, priced))):
        api.rename(fleet, api.fresh_name())
        if fleet == coded:
            api.invitation(fleet)
        if fleet == priced:
            api.location(fixtures.location or "", fleet)
