"""Mutants of calls that overlap: windows between a look and a deed, and memory that callers share.

Each window is held open long enough that calls which begin at once meet in it.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import ChargingKey, Fleet
from proof import effects as e
from proof.moments import Moment, Proceed, World
from proof.mutants.create import is_free
from proof.mutants.keys import ADD, AS_MADE, LIST
from proof.mutants.listing import is_list
from proof.mutants.table import Table
from proof.sending import MISSING, THEIRS
from proof.triggers import stories
from proof.triggers import values as v
from proof.triggers.calls import ON_A_FLEET, VALID, WITHOUT_CODES, creates, key_creates, renames
from proof.triggers.classes import Predicate, when
from proof.triggers.stories import adds, at_once, has, looks, makes, names, reads, told

CREATE, RENAME, CODES, LOOK = "create_fleet", "rename_fleet", "get_invitation_codes", "get_location"
is_create, is_own_rename, is_add = ((each & VALID).holds for each in (creates(), renames(), key_creates()))
is_too_long = (creates(fleetName=v.OVERLONG) & when(lambda m: m.tenant)).holds


def is_look_up(moment: Moment) -> bool:
    return moment.operation in ON_A_FLEET and moment.tenant is not None


# --- what becomes of calls that meet --------------------------------------------------------------


def refuses_late(kind: Kind, holds: Callable[[Moment, World], Any]) -> e.Instead:
    """Wait a moment, and refuse what something holds for in the state after it."""
    return e.waits_and(lambda moment, world: e.refusal(moment, kind) if holds(moment, world) else None)


def shows_another(is_open: Predicate, is_taken: Callable[[Moment, Moment], Any]) -> e.Instead:
    """Give some calls the answer that succeeded for another one of their operation, which they met."""

    def choose(moment: Moment, met: list[Moment]) -> Answer | None:
        answered = (each for each in met if each.given and each.succeeded)
        return next((each.given for each in answered if is_open(moment) and is_taken(each, moment)), None)

    return e.shares(choose)


# --- what becomes of a fleet ----------------------------------------------------------------------


def fleet_to_make(moment: Moment) -> Fleet:
    """Return the fleet that a create is to make."""
    dialect, name = moment.mock.dialect, moment.name
    new_name = forms.new_name(None if name is MISSING else name, dialect)
    return Fleet(forms.new_id(moment.id, dialect), new_name, str(moment.tenant))


def made(moment: Moment, fleet: Fleet) -> Answer:
    """Return the answer to a create that has made a fleet."""
    return e.answer_of(int(moment.mock.dialect["create.status"]), e.shown_fleet(moment, fleet))


async def look_then_act(moment: Moment, proceed: Proceed) -> Answer:
    if (await e.waited(moment)).fleet(moment.id) is None:
        return await proceed(moment.call)
    await e.put_fleet(moment, fleet_to_make(moment))
    return made(moment, fleet_to_make(moment))


def win_with_the_same_name(moment: Moment, world: World) -> Answer | None:
    met = world.fleet(moment.id)
    return made(moment, met) if met and met.name == fleet_to_make(moment).name else None


async def be_told_that_it_won(moment: Moment, proceed: Proceed) -> Answer:
    world = await e.waited(moment)
    met = world.fleet(moment.id)
    answer = await proceed(moment.call)
    return made(moment, fleet_to_make(moment)) if met and answer.kind is Kind.FLEET_ID_TAKEN else answer


def is_overwritten(moment: Moment, maker: Moment | None) -> bool:
    """Say whether a create met another one that finished after it."""
    if maker is None:
        return False
    later = moment.past[moment.past.index(maker) + 1 :]
    return any(maker in each.met_alike(maker.operation) and each.succeeded for each in later)


def maker_of_fleet(moment: Moment) -> Moment | None:
    return next((each for each in moment.alike(CREATE) if each.succeeded), None)


def is_lost(moment: Moment) -> bool:
    """Say whether a call looks up a fleet that a create beside its own has lost."""
    return is_look_up(moment) and moment.is_own and is_overwritten(moment, maker_of_fleet(moment))


def is_lost_for_a_look_up(moment: Moment) -> bool:
    """Say whether a call looks up a fleet that was looked up in vain while its create was at work."""
    missed = (each for each in moment.alike(*ON_A_FLEET) if not each.succeeded)
    creates = (create for each in missed for create in each.rivals(CREATE))
    return is_look_up(moment) and moment.is_own and any(map(is_free, creates))


def coming(moment: Moment) -> Moment | None:
    """Return the create under way of the fleet that a call looks up."""
    return next((each for each in moment.rivals(CREATE) if is_look_up(moment) and each.given is None), None)


async def flicker(moment: Moment, proceed: Proceed) -> Answer:
    create = coming(moment)
    if create is not None and moment.place_since(create) % 2:
        return e.refusal(moment, Kind.UNKNOWN_FLEET)
    answer = await proceed(moment.call)
    await e.waited(moment, e.WINDOW if create is None else 0)
    return answer


def is_seen_for_a_moment(moment: Moment) -> bool:
    """Say whether a rename meets the create of its fleet that is going to be refused."""
    create = coming(moment) if moment.operation == RENAME and moment.is_valid else None
    return create is not None and is_too_long(create) and moment.fleet is None


def as_renamed(moment: Moment) -> Answer:
    return e.answer_of(200, {"fleetId": moment.id, "fleetName": moment.name})


# --- renames, and what callers share --------------------------------------------------------------


def show_the_name_before(moment: Moment, met: list[Moment]) -> Answer | None:
    first = min((each for each in met if each.id == moment.id and each.number < moment.number), default=None,
                key=lambda each: each.number)  # fmt: skip
    if first is None or first.fleet.name is None:
        return None
    return moment.answer.with_json({**moment.answer.json, "fleetName": first.fleet.name})


def show_the_id_of_the_last(moment: Moment, met: list[Moment]) -> Answer | None:
    later = [each for each in met if each.number > moment.number and each.given and each.succeeded]
    if not later or not moment.succeeded:
        return None
    return moment.answer.with_json({**moment.answer.json, "fleetId": later[-1].shown["fleetId"]})


async def work_beside_the_owner(moment: Moment, proceed: Proceed) -> Answer:
    await e.waited(moment)
    owners = [each for each in moment.met_alike(RENAME) if moment.is_foreign and each.tenant == moment.fleet.tenant]
    return await proceed(moment.of_tenant(str(owners[0].tenant)) if owners else moment.call)


# --- charging keys ----------------------------------------------------------------------------------


def exists(moment: Moment, world: World) -> bool:
    """Say whether the key that a call creates exists."""
    return any(key.identifier == moment.member("keyIdentifier") for key in world.keys_of(moment.tenant))


async def add_again(moment: Moment, proceed: Proceed) -> Answer:
    world = await e.waited(moment)
    twice = exists(moment, world) and not exists(moment, moment.world)
    return await (AS_MADE.act(moment, proceed) if twice else proceed(moment.call))


def times_created(moment: Moment, key: ChargingKey) -> int:
    """Return how often a key was created, once where nobody saw it."""
    creates = [each for each in moment.successes(ADD) if each.tenant == key.tenant]
    return max(1, len([each for each in creates if each.member("keyIdentifier") == key.identifier]))


def is_lost_key(moment: Moment, key: ChargingKey) -> bool:
    """Say whether a create beside its own has lost a key."""
    makers = (each for each in moment.successes(ADD) if each.member("keyIdentifier") == key.identifier)
    return is_overwritten(moment, next((each for each in makers if each.tenant == key.tenant), None))


def keys_coming(moment: Moment) -> set[object]:
    """Return the identifiers of the keys being created that a list is to lack, every other time."""
    creates = [each for each in moment.met_alike(ADD) if each.given is None]
    turn = moment.place_since(creates[0]) if creates and is_list(moment) else 0
    return {each.member("keyIdentifier") for each in creates} if turn % 2 else set()


async def linger(moment: Moment, proceed: Proceed) -> Answer:
    answer = await proceed(moment.call)
    await e.waited(moment, 4 * e.WINDOW)
    return answer


TRY_AGAIN = e.answer_of(409, {"message": "Try again."})
LATE = e.waits_and(lambda _, __: None)
REPEATED = e.lists(lambda m, keys: [key for key in keys for _ in range(times_created(m, key))])
THINNED = e.lists(lambda m, keys: [key for key in keys if not is_lost_key(m, key)])
FLICKERING = e.lists(lambda m, keys: [key for key in keys if key.identifier not in keys_coming(m)])


# fmt: off
TWO_CREATES = told(is_free, at_once(makes("a"), makes("a")))
TWO_RENAMES = told(is_own_rename, makes("a"), at_once(names("a"), names("a")))
SAME = v.one("04AF5C12")
TWICE = at_once(adds(identifier=SAME), adds(identifier=SAME))
TWO_KEYS = told(lambda m: is_add(m) and not exists(m, m.world), TWICE)
PRICED = st.sampled_from(sorted(default_seed().locations[0].fleet_prices))

TABLE: Table = {
    "fleets.overlapping-creates-make-one-fleet": {
        "creates-at-once-all-win": (
            "A create looks whether its id is taken, and takes it a moment later, whoever came between.",
            TWO_CREATES, e.does(look_then_act)),
        "creates-at-once-all-lose": (
            "Creates of one id that meet are all refused, and none makes the fleet.", TWO_CREATES,
            refuses_late(Kind.FLEET_ID_TAKEN, lambda m, _: m.rivals(CREATE))),
        "the-loser-of-a-race-is-told-that-it-won": (
            "A create that finds its id taken while it is at work is answered like the one that took it.",
            TWO_CREATES, e.does(be_told_that_it_won)),
        "creates-at-once-of-one-name-both-win": (
            "A create that says the same as another one under way is answered as if it had made the fleet too.",
            told(is_free, at_once(makes("a", "Same"), makes("a", "Same"))), e.waits_and(win_with_the_same_name)),
    },
    "fleets.id-finds-the-fleet": {
        "fleets-created-at-once-are-lost": (
            "Of creates that meet, only the fleet of the one that finishes last is found after them.",
            told(lambda m: is_create(m) or is_lost(m), at_once(makes("a"), makes("b")), names("a")),
            refuses_late(Kind.UNKNOWN_FLEET, lambda m, _: is_look_up(m))),
        "a-look-up-during-the-create-loses-the-fleet": (
            "A fleet that was looked up in vain while its create was at work is not found after it either.",
            told(lambda m: is_free(m) or is_lost_for_a_look_up(m), at_once(makes("a"), names("a")), names("a")),
            refuses_late(Kind.UNKNOWN_FLEET, lambda m, _: is_look_up(m))),
    },
    "fleets.overlapping-calls-fit-an-order": {
        "a-fleet-is-seen-and-then-missed-during-its-create": (
            "Every other look-up finds a fleet while its create is at work.",
            told(lambda m: is_free(m) or coming(m), at_once(makes("a"), names("a"), names("a"))), e.does(flicker)),
    },
    "rename.unknown-fleet-is-404": {
        "a-create-that-is-refused-is-seen-for-a-moment": (
            "A create with an overlong name is refused only after a moment in which its fleet is found.",
            told(lambda m: is_too_long(m) or is_seen_for_a_moment(m), at_once(makes("a", v.OVERLONG), names("a"))),
            e.waits_and(lambda m, _: as_renamed(m) if m.operation == RENAME else None)),
    },
    "http.never-a-server-error": {
        "creates-at-once-break-the-server": (
            "A create that finds its id taken while it is at work breaks the server, as a unique index may.",
            TWO_CREATES, refuses_late(Kind.BROKEN, lambda m, world: world.fleet(m.id))),
        "renames-at-once-break-the-server": (
            "A rename that finds its fleet changed while it is at work breaks the server, as a version column may.",
            TWO_RENAMES, refuses_late(Kind.BROKEN, lambda m, _: any(each.given for each in m.rivals(RENAME)))),
        "a-key-created-twice-at-once-breaks-the-server": (
            "A create that finds its key existing while it is at work breaks the server.",
            TWO_KEYS, refuses_late(Kind.BROKEN, exists)),
    },
    "rename.accepts-a-valid-name": {
        "renames-at-once-all-lose": (
            "Renames of one fleet by its owner that meet are all answered 409, and none gives it its name.",
            TWO_RENAMES,
            e.waits_and(lambda m, _: TRY_AGAIN if any(each.is_own for each in m.rivals(RENAME)) else None)),
    },
    "rename.answers-the-new-name": {
        "renames-at-once-answer-the-name-before": (
            "A rename that meets another one of its fleet is answered with the name that the fleet had before both.",
            TWO_RENAMES, e.shares(show_the_name_before)),
    },
    "create.echoes-the-id": {
        "creates-at-once-share-an-id": (
            "A create answers the id of the one that came last while it was at work.",
            told(is_create, at_once(makes("a"), makes("b"))), e.shares(show_the_id_of_the_last)),
    },
    "rename.keeps-the-id": {
        "renames-at-once-share-an-id": (
            "A rename answers the id of the one that came last while it was at work.",
            told(is_own_rename, makes("a"), makes("b"), at_once(names("a"), names("b"))),
            e.shares(show_the_id_of_the_last)),
    },
    "rename.foreign-fleet-is-refused": {
        "a-rename-works-for-whoever-calls-beside-the-owner": (
            "A rename keeps its caller where others do too, and looks there who it was a moment later.",
            told(lambda m: m.operation == RENAME and m.is_valid,
                 makes("a", key=THEIRS), makes("b", key=THEIRS), at_once(names("a"), names("b", key=THEIRS))),
            e.does(work_beside_the_owner)),
    },
    "keys.of-others-are-hidden": {
        "lists-at-once-show-the-same-keys": (
            "A list that meets one of another organization which found keys is answered with these.",
            told(is_list, makes("a"), at_once(stories.lists("a"), stories.lists(key=THEIRS))),
            shows_another(lambda m: m.succeeded and not m.shown["keys"],
                          lambda other, m: other.tenant != m.tenant and other.shown["keys"])),
    },
    "invitation.without-codes-is-404": {
        "codes-read-at-once-are-those-of-one-fleet": (
            "A reading of a fleet without codes that meets another of its organization shows the codes of that one.",
            told(lambda m: m.operation == CODES and (m.has_codes or WITHOUT_CODES.holds(m)),
                 has("a", True), makes("b"), at_once(reads("a"), reads("b"))),
            shows_another(lambda m: not m.succeeded, lambda other, m: other.tenant == m.tenant)),
    },
    "prices.default-stays": {
        "prices-asked-for-at-once-are-those-of-one-fleet": (
            "Default prices that are asked for while a fleet's are being fetched are that fleet's.",
            told(lambda m: m.operation == LOOK and m.tenant, at_once(looks("a"), looks()), ids=PRICED),
            shows_another(lambda m: m.succeeded and "fleetId" not in m.query,
                          lambda other, _: "fleetId" in other.query)),
    },
    "keys.created-key-is-listed": {
        "keys-created-at-once-are-lost": (
            "Of creates of keys that meet, only the key of the one that finishes last is listed after them.",
            told(lambda m: is_add(m) or is_list(m), at_once(adds(), adds()), stories.lists()),
            e.by_operation({ADD: LATE, LIST: THINNED})),
    },
    "keys.identifier-is-unique": {
        "a-key-created-twice-at-once-exists-twice": (
            "A create looks whether a key exists, and adds it a moment later, whoever came between.",
            told(lambda m: is_add(m) or is_list(m), TWICE, stories.lists()),
            e.by_operation({ADD: e.does(add_again), LIST: REPEATED})),
    },
    "keys.overlapping-calls-fit-an-order": {
        "a-key-is-seen-and-then-missed-while-others-are-created": (
            "Every other list that is asked for while keys are being created lacks these keys.",
            told(lambda m: is_add(m) or is_list(m), at_once(adds(), stories.lists(), stories.lists())),
            e.by_operation({ADD: e.does(linger), LIST: FLICKERING})),
    },
}
