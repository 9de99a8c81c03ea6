"""Mutants that break what a list of invitation codes promises."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Json
from fleet_contract.mock_server.store import Code, Fleet, active_codes
from proof import sending
from proof.effects import (
    Instead,
    acts_for,
    answer_of,
    answers,
    decided,
    does,
    keeps,
    refusal,
    refuses,
    sent_fleet,
    shows_value,
    status,
)
from proof.moments import Moment, Proceed
from proof.mutants.table import Row, Table, answered
from proof.sending import MISSING, THEIRS, Request, its_codes
from proof.triggers import calls as c
from proof.triggers import values as v
from proof.triggers.classes import Class, when
from proof.triggers.stories import Cast, has, makes, names, reads, told
from proof.triggers.values import Values

OPERATION = "get_invitation_codes"
LISTED = c.readings() & c.SUCCEEDED
SEVERAL = LISTED & when(lambda m: len(m.shown) > 1)
TAGS = Values(lambda sent: sent is not MISSING, v.PLAIN.map('"{}"'.format))
WITHOUT = c.readings(c.WITHOUT_CODES) & c.refused(Kind.NO_CODES)
USED_UP = c.readings(c.WITH_INACTIVE_CODES)
UNFOUND = c.refused(Kind.UNKNOWN_FLEET)
CODELESS = (c.readings(c.OWN) | c.readings(c.FOREIGN)) & when(lambda m: m.fleet in m.made_fleets and not m.fleet.codes)
FORBIDDEN = c.readings(c.FOREIGN) & c.refused(Kind.FOREIGN_FLEET, Kind.FOREIGN_FLEET_WITHOUT_CODES)


def listed(*codes: str) -> Json:
    return [{"code": code} for code in codes]


def codes_of(fleet: Fleet) -> Json:
    """Return all codes of a fleet, active or not."""
    return listed(*(each.code for each in fleet.codes))


def shown_as(text: str, change: Callable[[Json], Json], of: Class = LISTED) -> Row:
    """Return the mutant that shows lists of codes as a function has them."""
    return text, of, shows_value(lambda codes, _: change(codes))


def each(change: Callable[[str], Json]) -> Any:
    """Show another code in the place of each."""
    return shows_value(lambda codes, _: [{"code": change(shown["code"])} for shown in codes])


def has_inactive(moment: Moment) -> bool:
    return any(not code.active for code in moment.fleet.codes)


def made(moment: Moment, number: int) -> list[str]:
    """Return so many codes that a fleet never had."""
    return [f"MADE{crc32(moment.id.encode()):08X}N{n}" for n in range(number)]


def codes_of_others(moment: Moment) -> list[str]:
    others = (fleet for fleet in moment.world.fleets if fleet.tenant != moment.tenant)
    return [code for fleet in others for code in active_codes(fleet)]


def codes_in_the_query(moment: Moment) -> list[str]:
    """Return the codes of the fleet that the query names, whoever has it."""
    fleet = moment.world.fleet(moment.query.get("fleetId"))
    return active_codes(fleet) if fleet else []


def reads_beside(draw: DrawFn, cast: Cast) -> Request:
    """Read the codes of the fleet a, with the id of the fleet b in the query."""
    return sending.codes(cast.id("a", draw), query=urlencode({"fleetId": cast.id("b", draw)}))


def codes_read_last(moment: Moment) -> Json:
    return next((each.shown for each in moment.successes(OPERATION) if each.tenant == moment.tenant), None)


def inherited_codes(moment: Moment) -> Json:
    """Return the code of the first fleet in an unbroken row of creates by changing organizations, which ends here."""
    heirs = list(moment.made_fleets[: moment.made_fleets.index(moment.fleet) + 1])
    while len(heirs) > 1 and heirs[-2].tenant != heirs[-1].tenant:
        heirs.pop()
    return listed(f"OWN{crc32(heirs[-1].id.encode()):08X}")


def has_codes(codes: Json) -> Instead:
    """Show codes to the owner of a fleet, and refuse anybody else, as for a fleet with codes."""

    async def act(moment: Moment, proceed: Proceed) -> Answer:
        del proceed
        if moment.fleet.tenant != moment.tenant:
            return refusal(moment, Kind.FOREIGN_FLEET)
        return answer_of(200, decided(codes, moment))

    return does(act)


def with_listed_codes(moment: Moment) -> Fleet:
    return replace(sent_fleet(moment), codes=tuple(Code(str(code)) for code in moment.member("invitationCodes")))


def codes_read_by_another(moment: Moment) -> Json:
    """Return the codes that the owner of a fleet was shown last."""
    return next((each.shown for each in moment.alike(OPERATION) if each.succeeded), None)


def codes_by_beginning(moment: Moment) -> Json:
    """Return the codes of a fleet's owner's new fleets whose ids begin with the id of the fleet."""
    own = (each for each in moment.made_fleets if each.tenant == moment.fleet.tenant)
    return listed(*(f"OWN{crc32(each.id.encode()):08X}" for each in own if each.id.startswith(moment.fleet.id)))


ONE_BEGINS_THE_OTHER = v.IDS.map(lambda each: (each, f"{each}-2"))
LISTED_CODES = Values(lambda value: isinstance(value, list) and value, st.lists(v.CODES, min_size=1, max_size=3))


# fmt: off
READ_AGAIN = told(c.readings() & when(lambda m: m.times(OPERATION)), has("a", True, True), reads("a"), reads("a"))
UNCODED_AGAIN = told(c.readings(c.OWN) & when(lambda m: not m.fleet.codes and any(m.alike(OPERATION))),
                     makes("a"), reads("a"), reads("a"))
TABLE: Table = {
    "invitation.lists-the-codes": {
        "codes-are-answered-206": ("A list of codes is answered 206 Partial Content.", LISTED, status(206)),
        "codes-are-hidden-beside-an-inactive-one": (
            "A fleet with an inactive code is answered 404, whatever active ones it has.",
            c.readings() & when(has_inactive), refuses(Kind.NO_CODES)),
        "codes-are-never-modified": ("A list of codes is answered 304 to any If-None-Match.",
            c.with_header("if-none-match", TAGS, OPERATION) & c.SUCCEEDED, status(304)),
    },
    "invitation.answers-an-array-of-codes": {
        "codes-are-wrapped": shown_as("The codes are answered inside an object.", lambda codes: {"codes": codes}),
        "codes-are-an-object-by-number": shown_as("The codes are answered as an object whose members are numbers.",
            lambda codes: {str(number): each for number, each in enumerate(codes)}),
        "the-only-array-is-in-an-array": shown_as(
            "The array of codes is the only item of another one.", lambda codes: [codes]),
        "codes-are-plain-strings": shown_as("The codes are answered as strings and not as objects.",
            lambda codes: [each["code"] for each in codes]),
        "the-code-has-another-name": shown_as("The property with the code is called invitationCode.",
            lambda codes: [{"invitationCode": each["code"]} for each in codes]),
        "codes-are-objects-themselves": (
            "Every code is an object with a value in it.", LISTED, each(lambda code: {"value": code})),
        "the-last-item-is-null": shown_as("The array of codes ends with null.", lambda codes: [*codes, None]),
        "a-new-fleet-has-null-for-codes": ("The codes of a fleet that was created here are answered 200 with null.",
            c.readings(c.WITHOUT_CODES) & when(lambda m: m.fleet in m.made_fleets), answers(200, None)),
        "an-empty-code-is-listed": shown_as(
            "Beside the codes an empty one is listed.", lambda codes: [*codes, *listed("")]),
    },
    "invitation.lists-every-active-code": {
        "only-the-first-code-is-listed": shown_as(
            "Of several active codes the first alone is listed.", lambda codes: codes[:1], SEVERAL),
    },
    "invitation.lists-only-active-codes": {
        "inactive-codes-are-listed-too": ("A fleet with active codes shows its inactive ones beside them.",
            c.readings() & when(has_inactive), shows_value(lambda _, m: codes_of(m.fleet))),
        "codes-of-all-fleets-are-listed": (
            "A fleet with active codes shows those of other organizations' fleets beside them.",
            LISTED & when(codes_of_others), shows_value(lambda codes, m: [*codes, *listed(*codes_of_others(m))])),
        "the-id-is-listed-as-a-code": ("Beside the codes the id of the fleet is listed as one.",
            LISTED, shows_value(lambda codes, m: [*codes, *listed(m.id)])),
        "new-fleets-of-all-organizations-share-a-code": (
            "Every fleet that was created without codes is shown the same one, whoever asks.",
            CODELESS, has_codes(listed("WELCOME00001"))),
        "a-create-brings-its-own-codes": (
            "A create gives its fleet the invitation codes that its body lists.",
            (c.creates(invitationCodes=LISTED_CODES) & c.VALID & when(lambda m: m.fleet is None)).seen_by(its_codes),
            keeps(with_listed_codes)),
        "codes-are-looked-up-by-the-beginning-of-an-id": (
            "A new fleet has a code, and shows those of its owner's new fleets whose ids begin with its own.",
            told(CODELESS, makes("a"), makes("b"), reads("a"), ids=ONE_BEGINS_THE_OTHER),
            has_codes(codes_by_beginning)),
        "a-new-fleet-has-the-codes-of-the-one-before": (
            "A new fleet has a code of its own, or that of another organization's which was created before it.",
            told(CODELESS, makes("a", key=THEIRS), makes("b"), reads("b")), has_codes(inherited_codes)),
    },
    ("invitation.lists-every-active-code", "invitation.lists-only-active-codes"): {
        "codes-are-listed-in-lower-case": ("Codes are listed in lower case.",
            LISTED & when(lambda m: any(each["code"] != each["code"].lower() for each in m.shown)), each(str.lower)),
        "codes-are-masked": (
            "Of every code the last three characters are hidden.", LISTED, each(lambda code: f"{code[:-3]}***")),
    },
    "invitation.without-codes-is-404": {
        "no-codes-are-an-empty-list": ("A fleet without active codes is answered 200 with an empty list.",
            c.readings(c.WITHOUT_CODES), answers(200, [])),
        "no-codes-are-a-conflict": answered("A fleet without active codes is", WITHOUT, 409),
        "no-codes-are-forbidden": answered("A fleet without active codes is", WITHOUT, 403),
        "no-codes-are-no-content": answered(
            "A list of the codes of a fleet that has inactive ones alone is", USED_UP & c.refused(Kind.NO_CODES), 204),
        "inactive-codes-stand-in": ("A fleet without active codes is shown its inactive ones.",
            USED_UP, answers(200, lambda m: codes_of(m.fleet))),
        "codes-of-the-fleet-read-before-are-shown": (
            "A fleet that has inactive codes alone is shown those that its organization read last.",
            told(USED_UP & when(codes_read_last), has("a", True), has("b", False), reads("a"), reads("b")),
            answers(200, codes_read_last)),
        "codes-of-the-fleet-in-the-query-are-listed": (
            "The codes are those of the fleet that the query names, whoever owns it.",
            told(c.readings(c.OWN) & when(codes_in_the_query), has("b", True), makes("a"), reads_beside),
            answers(200, lambda m: listed(*codes_in_the_query(m)))),
    },
    "invitation.unknown-fleet-is-404": {
        "codes-of-an-unknown-fleet-are-a-bad-request": answered(
            "The codes of an id that no fleet has are", c.readings(c.UNKNOWN) & UNFOUND, 400),
        "codes-of-an-unknown-fleet-are-forbidden": answered(
            "The codes of an id that no fleet has are", c.readings(c.UNKNOWN) & UNFOUND, 403),
        "an-unknown-fleet-has-a-code": ("The codes of an id that no fleet has are answered with one that was made up.",
            c.readings(c.UNKNOWN), answers(200, lambda m: listed(*made(m, 1)))),
        "codes-of-a-stranger-are-none": answered(
            "The codes of an id that has nothing to do with any fleet are", c.readings(c.STRANGER) & UNFOUND, 204),
    },
    "invitation.foreign-fleet-is-403": {
        "codes-are-shown-to-everybody": ("The codes of another organization's fleet are answered 200.",
            c.readings(c.FOREIGN_WITH_CODES), acts_for(lambda m: m.fleet.tenant)),
        "a-foreign-fleet-is-refused-with-200": answered(
            "The codes of another organization's fleet are", FORBIDDEN, 200),
        "a-foreign-fleet-is-unauthorized": answered("The codes of another organization's fleet are", FORBIDDEN, 401),
        "a-foreign-fleet-is-unknown": (
            "The codes of another organization's fleet are answered 404, though it has some.",
            c.readings(c.FOREIGN_WITH_CODES) & c.refused(Kind.FOREIGN_FLEET), status(404)),
        "codes-are-cached-for-every-organization": (
            "The codes that were read last are kept under the id of their fleet alone, whoever reads them next.",
            told(c.readings(c.FOREIGN) & when(codes_read_by_another),
                 has("a", True), reads("a"), reads("a", key=THEIRS)),
            answers(200, codes_read_by_another)),
    },
    "invitation.reading-changes-nothing": {
        "every-reading-lists-the-first-code-once-more": (
            "A list of codes begins with its first one as often as it has been read.",
            READ_AGAIN, shows_value(lambda codes, m: codes[:1] * m.times(OPERATION) + codes)),
        "the-first-reading-makes-a-code": (
            "Each reading of a fleet that was made without codes, from the second one on, makes it another code.",
            UNCODED_AGAIN, answers(200, lambda m: listed(*made(m, len(list(m.alike(OPERATION))))))),
        "codes-do-not-outlive-a-rename": ("A renamed fleet has none of the codes that it had.",
            told(c.readings(c.OWN) & when(lambda m: m.fleet.codes and m.times("rename_fleet")),
                 has("a", True), reads("a"), names("a"), reads("a")), refuses(Kind.NO_CODES)),
        "codes-run-out": ("The codes of a fleet can be read four times, and then it has none.",
            told(c.readings() & when(lambda m: m.times(OPERATION) >= 4), has("a", True), *[reads("a")] * 5),
            refuses(Kind.NO_CODES)),
    },
    (
        "invitation.reading-changes-nothing",
        "invitation.lists-every-active-code",
        "invitation.lists-only-active-codes",
    ): {
        "a-rename-replaces-the-codes": ("A renamed fleet has a new code in the place of those it had.",
            told(c.readings(c.OWN) & when(lambda m: m.times("rename_fleet")), has("a", True), names("a"), reads("a")),
            answers(200, lambda m: listed(made(m, m.times("rename_fleet"))[-1]))),
    },
    ("invitation.reading-changes-nothing", "invitation.lists-only-active-codes"): {
        "a-second-reading-adds-a-code": ("Every reading of a fleet's codes but the first lists one more.",
            READ_AGAIN, shows_value(lambda codes, m: [*codes, *listed(*made(m, m.times(OPERATION)))])),
    },
    ("invitation.reading-changes-nothing", "invitation.lists-every-active-code"): {
        "codes-are-listed-in-turn": ("Every other reading leaves out the last of several codes.",
            READ_AGAIN & SEVERAL & when(lambda m: m.times(OPERATION) % 2), shows_value(lambda codes, _: codes[:-1])),
        "the-first-code-wears-out": ("From its thirteenth reading on, the first code of a fleet is not listed.",
            told(c.readings() & when(lambda m: m.times(OPERATION) >= 12), has("a", True, True), *[reads("a")] * 13),
            shows_value(lambda codes, _: codes[1:]), Depth.DEEP),
    },
}
