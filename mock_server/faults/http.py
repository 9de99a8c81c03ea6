"""Faults in what every operation owes to HTTP and JSON."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import Fleet, NoSuchFleet
from fleet_contract.mock_server.store.plain import PlainStore

DEEPEST_PATH = 5
UNDECLARED = (Kind.WRONG_MEDIA_TYPE, Kind.MISSING_MEDIA_TYPE)
ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def break_on(parts: Parts, condition: Callable[[Call], bool], operations: tuple[str, ...] = tuple(HANDLERS)) -> None:
    """Let every answer to a call for which a condition holds be a server error."""

    def broken(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=500) if condition(call) else answer

    for operation in operations:
        parts.filter(operation, broken)


def text_of(call: Call) -> str:
    """Return all texts in the body of a call."""
    return " ".join(value for value in body_of(call).values() if isinstance(value, str))


@fault(breaks={"http.never-a-server-error"})
def characters_beyond_the_basic_plane_break_the_server(parts: Parts) -> None:
    """A body with a character above U+FFFF is answered 500, as by a database without such characters."""
    break_on(parts, lambda call: ASTRAL.search(text_of(call)) is not None)


@fault(breaks={"http.never-a-server-error"})
def a_quote_breaks_the_server(parts: Parts) -> None:
    """A body with an apostrophe in it is answered 500."""
    break_on(parts, lambda call: "'" in text_of(call))


@fault(breaks={"http.never-a-server-error"})
def a_nul_breaks_the_server(parts: Parts) -> None:
    """A body with a NUL character in it is answered 500."""
    break_on(parts, lambda call: "\0" in text_of(call))


@fault(breaks={"http.never-a-server-error"})
def an_empty_body_breaks_the_server(parts: Parts) -> None:
    """A body of no bytes is answered 500."""
    break_on(parts, lambda call: not call.raw_body, ("create_fleet", "rename_fleet", "create_charging_key"))


@fault(breaks={"http.never-a-server-error"})
def a_body_that_is_no_object_breaks_the_server(parts: Parts) -> None:
    """A JSON body that is no object is answered 500."""
    break_on(parts, lambda call: call.body is not None and not isinstance(call.body, dict))


@fault(breaks={"http.never-a-server-error"})
def a_very_long_name_breaks_the_server(parts: Parts) -> None:
    """A name of more than 255 characters is answered 500."""
    break_on(parts, lambda call: any(len(str(value)) > 255 for value in body_of(call).values()))


@fault(breaks={"http.never-a-server-error"})
def one_request_in_forty_breaks_the_server(parts: Parts) -> None:
    """Every fortieth request is answered 500, whatever it asks."""
    numbers = count(1)
    break_on(parts, lambda _: next(numbers) % 40 == 0)


@fault(breaks={"http.never-a-server-error"})
def an_overlong_id_in_a_path_breaks_the_server(parts: Parts) -> None:
    """A path with an id of more than 100 characters is answered 500."""
    break_on(parts, lambda call: len(call.path.get("fleetId", "")) > 100)


@fault(breaks={"http.never-a-server-error"})
def a_second_create_breaks_the_server(parts: Parts) -> None:
    """A create with a taken id is answered 500, as by a constraint of which nobody thought."""
    parts.refuse_with("create_fleet", 500, Kind.FLEET_ID_TAKEN)


@fault(breaks={"http.never-a-server-error"})
def a_wrong_media_type_breaks_the_server(parts: Parts) -> None:
    """A body that is not declared as JSON is answered 500."""
    for operation in HANDLERS:
        parts.refuse_with(operation, 500, *UNDECLARED)


@fault(breaks={"http.never-a-server-error"})
def a_page_size_that_is_no_number_breaks_the_server(parts: Parts) -> None:
    """A page_size that is no number is answered 500."""
    parts.refuse_with("list_charging_keys", 500, Kind.BAD_PARAMETER, when=lambda call: not call.query)


def answer_elsewhere(parts: Parts, status: int, kind: Kind, body: Json = None) -> None:
    """Let what is no operation be answered otherwise."""

    def changed(call: Call, answer: Answer) -> Answer:
        del call
        if answer.kind is not kind:
            return answer
        return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())

    parts.filter(None, changed)


@fault(breaks={"http.unknown-paths-are-refused"})
def an_unknown_path_succeeds(parts: Parts) -> None:
    """A path that is no operation is answered 200."""
    answer_elsewhere(parts, 200, Kind.UNKNOWN_PATH, {})


@fault(breaks={"http.unknown-paths-are-refused"})
def an_unknown_path_is_unprocessable(parts: Parts) -> None:
    """A path that is no operation is answered 422."""
    answer_elsewhere(parts, 422, Kind.UNKNOWN_PATH)


@fault(breaks={"http.wrong-methods-are-refused"})
def a_wrong_method_succeeds(parts: Parts) -> None:
    """A method that a path does not have is answered 200."""
    answer_elsewhere(parts, 200, Kind.WRONG_METHOD, {})


@fault(breaks={"http.never-a-server-error"})
def a_wrong_method_breaks_the_server(parts: Parts) -> None:
    """A method that a path does not have is answered 500."""
    answer_elsewhere(parts, 500, Kind.WRONG_METHOD)


@fault(breaks={"http.media-type-is-judged"})
def a_wrong_media_type_is_unprocessable(parts: Parts) -> None:
    """A body that is not declared as JSON is answered 422."""
    for operation in HANDLERS:
        parts.refuse_with(operation, 422, *UNDECLARED)


@fault(breaks={"http.unknown-paths-are-refused"})
def an_unknown_path_leads_elsewhere(parts: Parts) -> None:
    """A path that is no operation is answered 302."""
    answer_elsewhere(parts, 302, Kind.UNKNOWN_PATH)


@fault(breaks={"http.unknown-paths-are-refused"})
def an_unknown_path_is_gone(parts: Parts) -> None:
    """A path that is no operation is answered 410."""
    answer_elsewhere(parts, 410, Kind.UNKNOWN_PATH)


@fault(breaks={"http.unknown-paths-are-refused"})
def what_follows_a_path_is_overlooked(parts: Parts) -> None:
    """A path below that of an operation is answered 204 where it has a segment more."""

    def accepted(call: Call, answer: Answer) -> Answer:
        below = call.raw_path.count("/") > DEEPEST_PATH and answer.kind is Kind.UNKNOWN_PATH
        return Answer(204, {}) if below else answer

    parts.filter(None, accepted)


def accept_method(method: str) -> None:
    """Register the fault of a method that is answered 204 on paths that do not have it."""

    def edit(parts: Parts) -> None:
        def accepted(call: Call, answer: Answer) -> Answer:
            wrong = call.method == method and answer.kind is Kind.WRONG_METHOD
            return Answer(204, {}) if wrong else answer

        for operation in (None, *HANDLERS):
            parts.filter(operation, accepted)

    text = f"{method} is answered 204 where there is no such operation."
    register_fault(f"{method.lower()}-is-accepted", {"http.wrong-methods-are-refused"}, text, edit)


for method in ("DELETE", "PATCH"):
    accept_method(method)


@fault(breaks={"http.media-type-is-judged"})
def an_undeclared_body_is_unprocessable(parts: Parts) -> None:
    """A body without Content-Type is answered 422."""
    for operation in HANDLERS:
        parts.refuse_with(operation, 422, Kind.MISSING_MEDIA_TYPE)


@fault(breaks={"http.media-type-is-judged"})
def a_form_is_not_acceptable(parts: Parts) -> None:
    """A JSON body that is declared as a form is answered 406."""
    for operation in HANDLERS:
        parts.refuse_with(
            operation, 406, Kind.WRONG_MEDIA_TYPE, when=lambda call: "form" in (call.header("content-type") or "")
        )


def id_of(call: Call) -> str:
    """Return what stands where the id of a fleet would, in a path that is no operation."""
    return call.raw_path.rstrip("/").rpartition("/")[2]


@fault(breaks={"http.unknown-paths-are-refused"})
def a_fleet_can_be_deleted(parts: Parts) -> None:
    """A DELETE of a fleet is answered 204."""

    def accepted(call: Call, answer: Answer) -> Answer:
        wanted = call.method == "DELETE" and call.raw_path.count("/") == DEEPEST_PATH - 1
        return Answer(204, {}) if wanted else answer

    parts.filter(None, accepted)


@fault(breaks={"fleets.id-never-changes"})
def a_delete_that_is_refused_deletes(parts: Parts) -> None:
    """A DELETE of a fleet is refused, and the fleet is gone."""
    deleted: set[str] = set()

    def deleting(call: Call, answer: Answer) -> Answer:
        if call.method == "DELETE":
            deleted.add(id_of(call))
        return answer

    class Forgetful(PlainStore):
        def find(self, tenant: str, id: str) -> Fleet:
            if id in deleted:
                raise NoSuchFleet("No fleet has this fleetId.")
            return super().find(tenant, id)

    parts.filter(None, deleting)
    parts.mix_into_store(Forgetful)


@fault(breaks={"http.success-is-json"})
def several_types_are_not_acceptable(parts: Parts) -> None:
    """A request that accepts JSON rather than something else is answered 406."""

    def refused(call: Call, answer: Answer) -> Answer:
        accepted = call.header("accept") or ""
        return replace(answer, status=406) if "json" in accepted and "," in accepted else answer

    for operation in HANDLERS:
        parts.filter(operation, refused)
