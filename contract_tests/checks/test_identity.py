"""What an id is: unique, unchangeable by any road, matched whole, and usable in paths."""

from collections.abc import Callable
from urllib.parse import quote

from hypothesis import strategies as st

from fleet_contract.contract_tests.checks import texts
from fleet_contract.contract_tests.driving.api import FLEETS, JSON, Api, in_lower_case, segment, without_need
from fleet_contract.contract_tests.driving.check import LEFT_OUT, over, reaches
from fleet_contract.contract_tests.exchange import Caller, value_of
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.judging.parsed_request import MISSING
from fleet_contract.contract_tests.programs.changes import RESEMBLING
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


@reaches(
    "fleets.id-is-unique",
    "fleets.id-finds-the-fleet",
    "create.accepts-a-valid-fleet",
    "create.echoes-the-name",
    "create.name-is-optional",
    "rename.accepts-a-valid-name",
    new=1,
)
def test_an_id_is_taken_once(api: Api) -> None:
    # Where few fleets are created, this one also shows whether a name of 100 characters fits.
    id, name = api.fresh_id(), texts.lavish(f"={api.mark}+") if api.spares_fleets else texts.digits(api.mark, "7")
    if not api.spares_fleets:
        _create_without_a_name(api, f"{id}-unnamed", id)
    created = api.create(id, name)
    if not created.succeeded:
        api.rename(id, api.fresh_name())  # or who could tell whether the rename has made it
    api.require(created, id)
    api.create(id, name)
    api.create(id, api.fresh_name())
    api.create(id)
    api.rename(id, api.fresh_name())
    api.create(id, name)


def _create_without_a_name(api: Api, id: str, name: str) -> None:
    """Create a fleet and name it afterwards: like a free id, with which its own begins."""
    api.create(id)
    api.create(id, api.fresh_name())
    api.rename(id, name)


@reaches(
    "create.accepts-a-valid-fleet",
    "fleets.id-finds-the-fleet",
    "rename.unknown-fleet-is-404",
    "access.key-is-required",
    new=LEFT_OUT,
)
def test_an_id_is_free_until_a_create_has_succeeded(api: Api) -> None:
    id = api.fresh_id("-free")  # which resembles no other fleet's
    api.rename(id, api.fresh_name())
    api.create(id, api.fresh_name(), caller=Caller.NOBODY)
    api.create(id, api.fresh_name(101))
    api.create(id, ["no text"])
    api.rename(id, api.fresh_name(), more={"fleetName": api.fresh_name()})
    api.create(id, id)
    for name in (api.fresh_name(), id):  # and no id follows a name, though they were the same
        api.rename(id, name)


@reaches("fleets.id-is-matched-whole", "fleets.id-is-unique", "fleets.id-holds-100-characters", new=1)
def test_the_last_of_100_characters_tells_two_ids_apart(api: Api, depth: Depth) -> None:
    id = api.fresh_id_of(100)
    other = f"{id[:-1]}b"
    # Where few fleets are created, this one also shows what becomes of a name.
    name = api.fresh_name() + (texts.PLAIN_ENDINGS[-1] if api.spares_fleets else "")
    api.require(api.create(id, name), "a fleet with an id of 100 characters")
    api.rename(id, api.fresh_name())
    api.rename(other, api.fresh_name())
    api.rename(f"{id}a", api.fresh_name())
    if depth > Depth.QUICK:
        api.invitation(other)
        api.list_keys(fleetId=other)
        api.create(id, api.fresh_name())
        if not api.spares_fleets:
            api.create(other, api.fresh_name())
        api.rename(id, api.fresh_name())


@reaches("fleets.id-is-matched-whole", "fleets.id-is-unique", depth=Depth.STANDARD, new=LEFT_OUT)
def test_case_matters_in_a_create_as_it_does_in_a_rename(api: Api) -> None:
    id = api.make_fleet(api.fresh_id("-case"))
    api.rename(id, api.fresh_name())  # or a fleet that is not found yet would be taken for another id
    other = id.upper()
    api.rename(other, api.fresh_name())
    if api.create(other, api.fresh_name()).succeeded:
        api.rename(other, api.fresh_name())
    api.rename(id, api.fresh_name())


@reaches(
    "fleets.id-is-unique",
    "create.echoes-the-name",
    perhaps=["invitation.reading-changes-nothing"],
    depth=Depth.STANDARD,
    new=LEFT_OUT,
)
def test_an_id_stays_taken_and_its_codes_the_same_when_it_is_created_again(api: Api) -> None:
    id, name = api.fresh_id(), api.fresh_name()
    api.require(api.create(id, name), id)
    api.invitation(id)
    api.create(id, name)
    api.create(api.fresh_id(), name)
    for other in (MISSING, None, api.fresh_name()):
        api.create(id, other)
    api.invitation(id)
    api.rename(id, api.fresh_name())
    api.rename(id, name)


@reaches("fleets.id-never-changes", "rename.keeps-the-id", depth=Depth.STANDARD)
def test_renames_do_not_touch_the_id(api: Api, home: str) -> None:
    first, second = api.fresh_name(), api.fresh_name()
    for name in (first, home, home.upper(), second, first, second):
        api.rename(home, name)
    api.invitation(home)


@reaches("fleets.id-never-changes", "rename.keeps-the-id", depth=Depth.STANDARD)
@over(
    st.sampled_from(["fleetId", "id", "newId", "newFleetId", "fleet_id"]),
    standard=["fleetId"],
)
def test_no_body_carries_another_id_into_a_rename(api: Api, home: str, case: str) -> None:
    other = api.fresh_id()
    api.rename(home, api.fresh_name(), more={case: other})
    api.rename(other, api.fresh_name())
    api.rename(home, api.fresh_name())


@reaches("fleets.id-never-changes", "rename.keeps-the-id")
def test_no_body_carries_several_other_ids_into_a_rename(api: Api, home: str) -> None:
    others = {member: api.fresh_id() for member in ("fleetId", "id", "newId", "newFleetId", "fleet_id")}
    names = {"fleetName": api.fresh_name(), "name": api.fresh_name()}
    api.rename(home, api.fresh_name(), more={**others, "fleet": {"fleetId": others["id"]}, **names})
    for id in others.values():
        api.rename(id, api.fresh_name())


@reaches("fleets.id-never-changes")
def test_a_name_that_is_an_id_makes_no_fleet_of_it(api: Api, home: str, neighbour: str) -> None:
    free = api.fresh_id()
    api.rename(home, free)
    api.rename(free, api.fresh_name())
    api.rename(home, neighbour)
    api.rename(neighbour, neighbour)  # a name that another fleet has


@reaches("fleets.id-never-changes", "rename.keeps-the-id")
def test_no_query_carries_another_id_or_name_into_a_rename(api: Api, home: str, neighbour: str) -> None:
    body, query = spell({"newName": api.fresh_name()}), f"fleetId={segment(neighbour)}&newName={api.mark}"
    api.send("PUT", f"{FLEETS}/{segment(home)}/rename?{query}", body=body, headers=JSON)


@reaches("fleets.id-never-changes", depth=Depth.STANDARD)
def test_a_body_with_the_id_of_another_fleet_renames_neither_to_the_other(api: Api, home: str, neighbour: str) -> None:
    api.rename(home, api.fresh_name(), more={"fleetId": neighbour})
    api.rename(neighbour, api.fresh_name())
    api.rename(home, api.fresh_name())


@reaches("fleets.id-never-changes", "fleets.id-is-unique", depth=Depth.STANDARD)
def test_a_rename_does_not_free_the_id(api: Api) -> None:
    id = api.any_fleet()
    for _ in range(3):
        api.rename(id, api.fresh_name())
    api.create(id, api.fresh_name())
    api.rename(id, id)
    api.rename(id, api.fresh_name())


_ONLY_IN_A_FILTER = ["with-a-comma"]
# What tells how codes are looked up; the rest tells how a path is read, which is for renames to show.
_RESEMBLING_IN_CODES = [
    "pattern",
    "longer",
    "wildcard",
    "tail",
    "with-a-null",
    "with-a-slash",
    "with-an-extension",
    "with-a-blank",
    "with-dot-segments",
]
_SHORTER = "shorter"
_QUICKLY_RESEMBLING = [
    "with-underscores",
    "tail",
    "with-a-null",
    "with-a-slash",
    "doubly-encoded",
    "quoted",
    "with-a-line-feed",
    "with-a-mark",
]


@reaches("fleets.id-is-matched-whole", depth=Depth.SMOKE)
@over(
    st.sampled_from(list(RESEMBLING)),
    smoke=[_SHORTER],
    quick=_QUICKLY_RESEMBLING,
    standard=[name for name in RESEMBLING if name not in (_SHORTER, *_QUICKLY_RESEMBLING, *_ONLY_IN_A_FILTER)],
)
def test_an_id_that_resembles_one_of_a_fleet_is_another_id(api: Api, home: str, case: str) -> None:
    api.rename(RESEMBLING[case](home), api.fresh_name())


@reaches("fleets.id-is-matched-whole")
@over(st.sampled_from(list(RESEMBLING)), quick=_RESEMBLING_IN_CODES[:1], standard=_RESEMBLING_IN_CODES[1:])
def test_an_id_that_resembles_one_of_a_fleet_shows_none_of_its_codes(
    api: Api, fixtures: Fixtures, home: str, case: str
) -> None:
    has_codes = fixtures.fleet_with_codes if fixtures.active_codes else home  # If it has none, none could be shown.
    api.invitation(RESEMBLING[case](has_codes or home))


@reaches("fleets.id-is-matched-whole", depth=Depth.SMOKE)
def test_whether_case_matters_in_an_id(api: Api, home: str) -> None:
    api.rename(home.upper(), api.fresh_name())


@reaches("fleets.id-works-in-paths", "create.echoes-the-id")
@over(
    texts.endings(),
    quick=["-A.b_c~D", "-éße\u0301  東\u202e 🚗//../a?b#c+d&e=f;g%2F\\@!"],
    standard=["-éß  東\u202e 🚗", "-%2F%25;,:@!$'()*\\|^`\u200d", "-invitation-rename"],
    deep=["-../..", "-\u00a0x"],
)
def test_an_accepted_id_works_in_a_path(api: Api, depth: Depth, case: str) -> None:
    id = api.fresh_id(case)
    earlier = api.earlier_fleet_like(id)
    if earlier or api.create(id, api.fresh_name()).succeeded:
        id = earlier or id
        _rename_by_two_spellings(api, id)
        if depth > Depth.QUICK or not id.isascii():
            _look_closer(api, id, depth)


def _rename_by_two_spellings(api: Api, id: str) -> None:
    """Rename a fleet by a path as clients make it, and by one that encodes no more than it must, in lower case."""
    api.rename(id, api.fresh_name())
    path = in_lower_case(quote(id, safe="!$'()*,:@"))
    if path != segment(id):
        api.put_name(id, spell({"newName": api.fresh_name()}), path=path)
        api.rename(id, api.fresh_name())  # or a fleet that the second one does not find would seem to be gone


def _look_closer(api: Api, id: str, depth: Depth) -> None:
    api.create(id, api.fresh_name())
    if depth > Depth.QUICK:
        api.invitation(id)
        if " " in id:  # which a plus is only in a query
            api.put_name(id, spell({"newName": api.fresh_name()}), path=segment(id).replace("%20", "+"))
    likenesses = dict.fromkeys(like(id) for least, like in _LIKENESSES if least <= depth)
    likenesses.pop(id, None)
    for other in likenesses:
        api.rename(other, api.fresh_name())


@reaches("create.accepts-a-valid-fleet", "create.echoes-the-id", depth=Depth.STANDARD, new=LEFT_OUT)
def test_ids_that_a_collation_takes_for_one_make_two_fleets(api: Api) -> None:
    id = api.fresh_id("-é🚗")
    if api.create(id, api.fresh_name()).succeeded:
        api.create(id.replace("🚗", "🚀"), api.fresh_name())
        api.create(id.replace("é", "e"), api.fresh_name())
    api.create(api.fresh_id(), "x")  # a name of one character


# What layers take for something else: nothing, a number, a segment of a path, a member of every object, nobody's UUID.
_MEANINGFUL = ["0", "007", "1e5", "null", "rename", "invitation", "constructor", "00000000-0000-0000-0000-000000000000"]


@reaches(
    "http.never-a-server-error",
    perhaps=["create.echoes-the-id", "fleets.id-finds-the-fleet", "rename.keeps-the-id"],
    needs=["unmarked_ids"],
    depth=Depth.DEEP,
    new=LEFT_OUT,
)
@over(st.sampled_from(_MEANINGFUL), deep=_MEANINGFUL)
def test_an_id_that_means_something_to_some_layer_is_an_id(api: Api, case: str) -> None:
    if api.create(case, api.fresh_name()).succeeded:  # or it may be a fleet of somebody else's
        api.rename(case, api.fresh_name())
        api.invitation(case)


# Endings that the hashes of Java and of Bernstein, and a sum of bytes, take for one.
_OF_ONE_HASH = [("an", "c0"), ("ar", "c0"), ("ad", "da")]


@reaches("rename.unknown-fleet-is-404", "fleets.id-finds-the-fleet", depth=Depth.DEEP, new=LEFT_OUT)
@over(st.sampled_from(_OF_ONE_HASH), deep=_OF_ONE_HASH)
def test_ids_of_one_hash_are_two_ids(api: Api, case: tuple[str, str]) -> None:
    id = api.fresh_id()
    one, other = (f"{id}-{ending}" for ending in case)
    api.require(api.create(one, api.fresh_name()), one)
    api.rename(one, api.fresh_name())
    api.rename(other, api.fresh_name())
    api.invitation(other)
    api.create(other, api.fresh_name())
    api.rename(one, api.fresh_name())


_LIKENESSES: tuple[tuple[Depth, Callable[[str], str]], ...] = (
    (Depth.QUICK, lambda fleet: fleet.replace("é", "e")),
    (Depth.QUICK, lambda fleet: fleet.replace("ß", "ss")),
    (Depth.QUICK, lambda fleet: fleet.replace("  ", " ")),
    (Depth.STANDARD, lambda fleet: fleet.replace(".", "x")),
    (Depth.STANDARD, lambda fleet: fleet.encode("ascii", "ignore").decode()),
)


@reaches("fleets.id-works-in-paths", depth=Depth.STANDARD)
def test_characters_may_be_encoded_without_need(api: Api, home: str) -> None:
    api.put_name(home, spell({"newName": api.fresh_name()}), path=without_need(home))


@reaches("create.echoes-the-id", new=LEFT_OUT)
@over(st.sampled_from([" ", "e\u0301"]), quick=[" "], standard=["-e\u0301"])
def test_what_becomes_of_odd_characters_in_an_id(api: Api, case: str) -> None:
    id = api.fresh_id(case)
    created = api.create(id, api.fresh_name())
    if created.succeeded:
        api.rename(id, api.fresh_name())
        answered = value_of(created)
        if isinstance(answered, dict) and isinstance(answered.get("fleetId"), str) and answered["fleetId"] != id:
            api.rename(answered["fleetId"], api.fresh_name())


@reaches(
    "fleets.id-is-unique-across-organizations",
    "rename.foreign-fleet-is-refused",
    perhaps=["invitation.foreign-fleet-is-403"],
    needs=["other_api_key"],
)
def test_organizations_share_the_ids_and_nothing_else(api: Api, home: str) -> None:
    id, name = api.fresh_id(), api.fresh_name()
    id = api.earlier_fleet_like(id, Caller.OTHER) or api.require(api.create(id, caller=Caller.OTHER), id)
    api.create(id, name)  # while it has no name, and once more when it has this one
    api.rename(id, name)
    api.rename(id, name, caller=Caller.OTHER)
    api.invitation(id, caller=Caller.OTHER)
    api.rename(id, name)
    api.rename(id, name, more={"fleetId": home})
    api.invitation(id)
    api.invitation(id, caller=Caller.OTHER)
    api.create(id, name)
    api.rename(id, api.fresh_name(), caller=Caller.OTHER)


@reaches("fleets.id-is-unique-across-organizations", needs=["other_api_key"], depth=Depth.STANDARD)
def test_another_organization_cannot_take_the_id_of_a_fleet(api: Api, home: str) -> None:
    api.create(home, api.fresh_name(), caller=Caller.OTHER)
    api.rename(home, api.fresh_name(), caller=Caller.OTHER)
    api.invitation(home, caller=Caller.OTHER)
    api.rename(home, api.fresh_name())
    unnamed = api.earlier_fleet_like(api.fresh_id()) or api.fresh_id()
    if unnamed not in api.created:
        api.require(api.create(unnamed), unnamed)
    api.invitation(unnamed)  # which was created after theirs, and has none of their codes
    api.create(unnamed, caller=Caller.OTHER)
    api.create(unnamed, api.fresh_name(), caller=Caller.OTHER)
    api.rename(unnamed, api.fresh_name(), caller=Caller.OTHER)
