"""Faults in the form of a success: JSON, whole, and declared as such."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.messages import Answer, Call, Json
from fleet_contract.mock_server.parts import Parts


def change_success(parts: Parts, change: Callable[[Answer], Answer]) -> None:
    """Let a function change every success that has a body."""

    def changed(call: Call, answer: Answer) -> Answer:
        del call
        return change(answer) if answer.succeeded and answer.body else answer

    for operation in HANDLERS:
        parts.filter(operation, changed)


@fault(breaks={"http.success-is-json"})
def successes_end_with_a_comma(parts: Parts) -> None:
    """A success has a body that is JSON but for a comma at its end."""
    change_success(parts, lambda answer: replace(answer, body=answer.body + b","))


@fault(breaks={"http.success-is-json"})
def successes_are_latin_1(parts: Parts) -> None:
    """A success has a body in Latin-1, with JSON's escapes for the characters that it lacks."""

    def recoded(answer: Answer) -> Answer:
        text = answer.body.decode()
        return replace(answer, body="".join(c if c <= "\xff" else json.dumps(c)[1:-1] for c in text).encode("latin-1"))

    change_success(parts, recoded)


@fault(breaks={"http.success-is-json"})
def successes_are_written_as_python(parts: Parts) -> None:
    """A success has a body with apostrophes for quotes."""
    change_success(parts, lambda answer: replace(answer, body=str(answer.json).encode()))


def add_a_number(parts: Parts, spelling: float, operations: Iterable[str] = HANDLERS) -> None:
    """Let the successes of some operations hold a number more, spelled as Python does."""

    def added(value: Json, _: Call) -> Json:
        return [*value, spelling] if isinstance(value, list) else {**value, "discount": spelling}

    for operation in operations:
        parts.change_answer(operation, added)


@fault(breaks={"http.success-is-json"})
def successes_hold_nan(parts: Parts) -> None:
    """A success has a member that is NaN, which Python reads and no other client does."""
    add_a_number(parts, math.nan)


@fault(breaks={"http.success-is-json"})
def a_rename_answers_minus_infinity(parts: Parts) -> None:
    """The answer to a rename has a member that is -Infinity."""
    add_a_number(parts, -math.inf, ["rename_fleet"])


def declare(parts: Parts, media_type: str | None) -> None:
    """Let every success be declared so."""

    def declared(answer: Answer) -> Answer:
        headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
        return replace(answer, headers=headers if media_type is None else {**headers, "content-type": media_type})

    change_success(parts, declared)


@fault(breaks={"http.success-is-declared-as-json"})
def successes_are_declared_as_html(parts: Parts) -> None:
    """A success is declared as text/html."""
    declare(parts, "text/html; charset=utf-8")


@fault(breaks={"http.success-is-declared-as-json"})
def successes_are_not_declared(parts: Parts) -> None:
    """A success has no Content-Type."""
    declare(parts, None)


@fault(breaks={"http.success-is-json"})
def successes_are_utf_16(parts: Parts) -> None:
    """A success has a body in UTF-16."""
    change_success(parts, lambda answer: replace(answer, body=answer.body.decode().encode("utf-16")))


@fault(breaks={"http.success-is-json"})
def successes_are_cut_off(parts: Parts) -> None:
    """A success has a body without its last character."""
    change_success(parts, lambda answer: replace(answer, body=answer.body[:-1]))


@fault(breaks={"http.success-is-json"})
def successes_begin_with_a_guard(parts: Parts) -> None:
    """A success has a body that begins with four characters against its use as a script."""
    change_success(parts, lambda answer: replace(answer, body=b")]}'" + answer.body))


@fault(breaks={"http.success-is-json"})
def a_success_is_followed_by_a_warning(parts: Parts) -> None:
    """A success has a body with a line behind it that was meant for a log."""
    change_success(parts, lambda answer: replace(answer, body=answer.body + b"\nWarning: deprecated"))


@fault(breaks={"http.success-is-json"})
def a_rename_has_an_empty_body(parts: Parts) -> None:
    """A rename is answered 200 without a body."""
    parts.filter("rename_fleet", lambda _, answer: replace(answer, body=b"") if answer.succeeded else answer)


@fault(breaks={"http.success-is-json"})
def a_create_has_an_empty_body(parts: Parts) -> None:
    """A create is answered 201 without a body."""
    parts.filter("create_fleet", lambda _, answer: replace(answer, body=b"") if answer.succeeded else answer)


@fault(breaks={"http.success-is-json"})
def a_create_is_answered_in_words(parts: Parts) -> None:
    """A create is answered with a word that is no JSON."""
    parts.filter("create_fleet", lambda _, answer: replace(answer, body=b"Created") if answer.succeeded else answer)


@fault(breaks={"http.success-is-declared-as-json"})
def successes_are_declared_as_bytes(parts: Parts) -> None:
    """A success is declared as application/octet-stream."""
    declare(parts, "application/octet-stream")


@fault(breaks={"http.success-is-declared-as-json"})
def successes_are_declared_as_text(parts: Parts) -> None:
    """A success is declared as text/plain."""
    declare(parts, "text/plain; charset=utf-8")


@fault(breaks={"http.success-is-declared-as-json"})
def codes_are_declared_as_text(parts: Parts) -> None:
    """A list of codes is declared as text/plain."""

    def declared(call: Call, answer: Answer) -> Answer:
        del call
        return replace(answer, headers={**answer.headers, "content-type": "text/plain"}) if answer.succeeded else answer

    parts.filter("get_invitation_codes", declared)


@fault(breaks={"http.success-is-json"})
def nobody_may_ask_for_json_alone(parts: Parts) -> None:
    """A client that accepts nothing but JSON is answered 406."""

    def refused(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=406) if call.header("accept") == "application/json" else answer

    for operation in HANDLERS:
        parts.filter(operation, refused)


@fault(breaks={"http.success-is-json"})
def who_asks_for_json_is_told_in_words(parts: Parts) -> None:
    """A client that accepts nothing but JSON is given a text in Python's words."""

    def told(call: Call, answer: Answer) -> Answer:
        in_words = answer.succeeded and call.header("accept") == "application/json"
        return replace(answer, body=str(answer.json).encode()) if in_words else answer

    for operation in HANDLERS:
        parts.filter(operation, told)


@fault(breaks={"http.success-is-json"})
def weights_in_accept_are_not_understood(parts: Parts) -> None:
    """A client that says how much it likes JSON is answered 406."""

    def refused(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=406) if ";" in (call.header("accept") or "") else answer

    for operation in HANDLERS:
        parts.filter(operation, refused)
