"""The strategy for programs: short scenes of requests that belong together, one after the other or interleaved."""

import base64
import operator
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Any

from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.api import FLEETS, KEYS
from fleet_contract.contract_tests.exploring import words
from fleet_contract.contract_tests.exploring.words import MOST_FLEETS, NUMBERS, Strategy, weighed
from fleet_contract.contract_tests.programs.changes import CHANGES
from fleet_contract.contract_tests.programs.program import Program, Step, tidied
from fleet_contract.contract_tests.programs.replaying import PATHS
from fleet_contract.contract_tests.programs.spellings import SPELLINGS
from fleet_contract.contract_tests.target.target import Target

Scene = list[Step]
MOST_STEPS = 30
_MOST_SHAPES = 5
_ONE_IS_LEFT_OUT_OF = 10  # steps


def programs(target: Target) -> Strategy[Program]:
    """Return programs that a target can be asked: without what it lacks, and only reading where nothing may be written.

    No program writes to a fleet that is not its own.
    """
    scene = weighed(*([(9, _writing(target))] if target.may_write else []), (1, _reading(target)))
    # What a smaller program changes last is drawn first: then the rest of what is drawn stays what it was.
    kept = st.tuples(*([st.integers(0, _ONE_IS_LEFT_OUT_OF - 1)] * MOST_STEPS))
    shapes = st.tuples(*([words.shapes()] * _MOST_SHAPES))
    return st.builds(_program, kept, shapes, st.lists(scene, min_size=1, max_size=4))


def _program(kept: Sequence[int], shapes: Sequence[Step], scenes: Sequence[Scene]) -> Program:
    """Return the steps of some scenes, but for those that are left out: so each can go without the others."""
    steps = [step for step, keep in zip(chain(*scenes), kept, strict=False) if keep]
    return tidied(Program(tuple(steps), tuple(shapes)))


# --- single steps ------------------------------------------------------------------------------


def _step(do: str, required: dict[str, Strategy[Any]], **optional: Strategy[Any]) -> Strategy[Step]:
    return st.fixed_dictionaries({"do": st.just(do), **required}, optional=optional)


def _plain_create(fleet: Strategy[Any]) -> Strategy[Step]:
    return _step("create", {"id": fleet}, name=words.names())


def _plain_rename(fleet: Strategy[Any]) -> Strategy[Step]:
    return _step("rename", {"fleet": fleet, "name": words.names()})


def _create() -> Strategy[Step]:
    return st.one_of(
        _plain_create(words.ids()),
        _step("create", {"id": words.new_ids()}, name=words.names() | words.not_names(), more=words.more_members()),
        _step("create", {}, name=words.names(), more=words.more_members()),
    )


def _rename() -> Strategy[Step]:
    fleet = words.ids()
    return st.one_of(
        _plain_rename(fleet),
        _step("rename", {"fleet": fleet}, name=words.not_names(), more=words.more_members()),
        _step("rename", {"fleet": fleet, "path": st.sampled_from(list(PATHS)), "name": words.names()}),
        _plain_rename(words.resembling()),
    )


def _look(fleet: Strategy[Any]) -> Strategy[Step]:
    """Look a fleet up, in any way that a client can."""
    return st.one_of(_plain_rename(fleet), _step("invitation", {"fleet": fleet}), _step("list_keys", {"fleet": fleet}))


def _create_key() -> Strategy[Step]:
    enabled = st.just(False)
    plain = _step("create_key", {"key": NUMBERS}, fleet=words.ids(), enabled=enabled)
    odd = st.builds(lambda step, fields: {**step, **fields}, plain, words.fields_of_a_key())
    return plain | plain | odd


def _list_keys(fleet: Strategy[Any]) -> Strategy[Step]:
    """List keys by one filter or none, in pages of any size; made-up cursors are refused or lead nowhere."""
    return st.one_of(
        _step("list_keys", {"pages": st.integers(1, 4)}, fleet=fleet, page_size=st.sampled_from([500, 10, 11])),
        _step("list_keys", {}, fleet=fleet, page_size=words.page_sizes()),
        _step("list_keys", {"cursor": words.any_text()}, fleet=fleet),
    )


# --- scenes ------------------------------------------------------------------------------------


def _alone(step: Strategy[Step]) -> Strategy[Scene]:
    return step.map(lambda drawn: [drawn])


def _of_a_fleet(build: Callable[[Strategy[Any]], Strategy[Scene]]) -> Strategy[Scene]:
    """Return a scene about one fleet of the program; `build` is given the strategy of its id alone."""
    return st.one_of(*(build(st.just({"$id": number})) for number in range(MOST_FLEETS)))


def _chain(fleet: Strategy[Any]) -> Strategy[Scene]:
    """Create a fleet and rename it again and again."""
    renames = st.lists(_plain_rename(fleet), min_size=1, max_size=8)
    return st.builds(lambda create, rest: [create, *rest], _plain_create(fleet), renames)


def _life(fleet: Strategy[Any]) -> Strategy[Scene]:
    """Look a fleet up before, fail to create it, create it, create it again, and look it up after each."""
    look = st.lists(_look(fleet), max_size=2)
    refused = _step("create", {"id": fleet, "name": words.not_names() | words.names()})
    create = _alone(_plain_create(fleet))
    nothing: Strategy[Scene] = st.just([])
    parts = (look, _alone(refused) | nothing, create, look, create | nothing, look)
    return st.tuples(*parts).map(lambda drawn: list(chain(*drawn)))


def _repeated(steps: Sequence[Step]) -> Scene:
    return [each for step in steps for each in (step, step)]


def _interleaved(one: Scene, other: Scene) -> Scene:
    return [step for pair in zip_longest(one, other) for step in pair if step is not None]


def _roll_call(numbers: Sequence[int]) -> Scene:
    """Create many fleets, and then find each of them, the last first."""
    creates: Scene = [{"do": "create", "id": {"$id": number}, "name": {"$name": number}} for number in numbers]
    renames: Scene = [{"do": "rename", "fleet": step["id"], "name": {"$name": 9}} for step in reversed(creates)]
    return [*creates, *renames]


def _likeness(fleet: Strategy[Any]) -> Strategy[Scene]:
    """Create a fleet, ask for one that resembles it, create that too, and look for the first."""
    look, create, rename = _look(fleet), _plain_create(fleet), _plain_rename(fleet)
    looks = st.lists(look, min_size=1, max_size=3)
    change = st.sampled_from(list(CHANGES))
    about = st.builds(_of_another, st.builds(operator.add, looks, _alone(create) | st.just([])), change)
    return st.builds(
        lambda first, found, other, last: [first, found, *other, last], create, rename, about | about, look
    )


def _of_another(scene: Scene, change: str) -> Scene:
    """Return a scene about what is made of the id of its fleet."""
    return [
        {name: {**value, "change": change} if name in ("id", "fleet") else value for name, value in step.items()}
        for step in scene
    ]


def _keys(fleet: Strategy[Any]) -> Strategy[Scene]:
    """Create keys in a fleet and in none, and list them by fleet and all together."""
    found = st.tuples(_plain_create(fleet), _plain_rename(fleet)).map(list)
    mine = st.lists(_step("create_key", {"key": NUMBERS, "fleet": fleet}) | _create_key(), min_size=1, max_size=3)
    lists = st.lists(_list_keys(fleet | words.resembling()), min_size=1, max_size=3)
    return st.tuples(found, mine, lists).map(lambda drawn: list(chain(*drawn)))


def _others(scene: Strategy[Scene], target: Target) -> Strategy[Scene]:
    """Give some steps of a scene to another caller."""
    callers = ["owner", "nobody", "stranger", *(["other"] * 3 if target.other_api_key else [])]
    given = st.lists(st.sampled_from(callers), min_size=1, max_size=8)
    return st.builds(_given_to, scene, given)


def _given_to(scene: Scene, callers: Sequence[str]) -> Scene:
    told = [*callers, *(["owner"] * len(scene))]
    return [step if who == "owner" else {**step, "caller": who} for step, who in zip(scene, told, strict=False)]


def _dressed(scene: Strategy[Scene]) -> Strategy[Scene]:
    """Write the bodies of a scene in other spellings, declare them as something else, or spell the header otherwise."""
    ways = st.one_of(
        st.builds(lambda spelling: {"spelling": spelling}, st.sampled_from(list(SPELLINGS))),
        st.builds(lambda headers: {"headers": headers}, words.headers()),
        st.builds(lambda name: {"key_header": name}, st.sampled_from(["x-api-key", "X-API-KEY", "x-Api-kEY"])),
        st.just({}),
    )
    return st.builds(_worn, scene, st.lists(ways, min_size=1, max_size=6))


def _worn(scene: Scene, ways: Sequence[Step]) -> Scene:
    return [
        {**step, **way} if step["do"] in ("create", "rename", "create_key") else step
        for step, way in zip(scene, [*ways, *({} for _ in scene)], strict=False)
    ]


# --- raw requests ------------------------------------------------------------------------------


def _part(body: bytes) -> Step:
    return {"base64": base64.b64encode(body).decode()}


def _raw() -> Strategy[Step]:
    """Return requests that no operation describes, or whose body none does."""
    rename = words.ids().map(lambda fleet: [f"{FLEETS}/", fleet, "/rename"])
    bodies = (words.no_json() | st.binary(max_size=50)).map(lambda body: [_part(body)])
    odd_names = words.odd_json().map(lambda value: ['{"newName": ', _part(value), "}"])
    nowhere = st.sampled_from([["/emp/v1/", {"$id": 0}], [f"{FLEETS}/", {"$id": 0}, "/rename/", {"$id": 1}]])
    collections = st.sampled_from([[FLEETS], [KEYS]])
    return st.one_of(
        _step("send", {"method": st.just("PUT"), "path": rename, "body": odd_names | bodies}),
        _step("send", {"method": st.just("POST"), "path": collections, "body": bodies}),
        _step("send", {"method": st.just("PATCH"), "path": collections, "body": st.just(["{}"])}),
        _step("send", {"method": st.just("GET"), "path": nowhere}),
        _step("send", {"method": st.just("DELETE"), "path": rename}),
    )


# --- what a target can be asked ------------------------------------------------------------------


def _writing(target: Target) -> Strategy[Scene]:
    life, chained, keys = _of_a_fleet(_life), _of_a_fleet(_chain), _of_a_fleet(_keys)
    single = _create() | _rename()
    plain = weighed(
        (1, _alone(_plain_create(words.ids()))),
        (3, chained),
        (3, life),
        (2, st.lists(single, min_size=1, max_size=4)),
        (2, st.builds(_interleaved, chained, life)),
        (1, _alone(single).map(_repeated)),
        (4, st.lists(st.integers(0, _MOST_SHAPES - 1), min_size=2, max_size=5, unique=True).map(_roll_call)),
        (3, _of_a_fleet(_likeness)),
    )
    any_scene = weighed((3, plain), (1, keys))
    return weighed(
        (8, plain), (2, keys), (2, _others(any_scene, target)), (2, _dressed(any_scene)), (1, _alone(_raw()))
    )


def _reading(target: Target) -> Strategy[Scene]:
    """Return scenes that change nothing: the fixtures are only ever read."""
    fixtures = target.fixtures
    names = ("fleet_with_codes", "fleet_without_codes", "foreign_fleet", "fleet_with_keys", "priced_fleet")
    held = [{"$fixture": name} for name in names if getattr(fixtures, name)]
    fleets = st.sampled_from(held) if held else st.nothing()
    reads = weighed(
        (1, _list_keys(words.ids())),
        (1, _step("invitation", {"fleet": words.ids()})),
        *([(2, _step("invitation", {"fleet": fleets})), (2, _list_keys(fleets))] if held else []),
        *([(2, _locations(fleets))] if fixtures.location else []),
    )
    several = st.lists(reads, min_size=1, max_size=4)
    return weighed((3, several), (1, _others(several, target)))


def _locations(fleets: Strategy[Any]) -> Strategy[Step]:
    location = st.just({"$fixture": "location"}) | words.ids()
    return _step("location", {"location": location}, fleet=fleets | words.ids())
