"""Refusals: which status and which body each kind of refusal has in which dialect."""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape

from starlette.exceptions import HTTPException

from fleet_contract.mock_server import store
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Fault, Reason, to_bytes
from fleet_contract.mock_server.teaching import requirement_of
from fleet_contract.spec.dialect import Dialect
from fleet_contract.spec.phrases import PHRASES

log = logging.getLogger("fleet_mock")

Body = tuple[bytes, Mapping[str, str]]  # with the headers that describe it
NO_MORE: Mapping[str, str] = {}
PROBLEM = {"content-type": "application/problem+json"}
JSON = {"content-type": "application/json"}
TEXT = {"content-type": "text/plain; charset=utf-8"}
HTML = {"content-type": "text/html; charset=utf-8"}


# Without which nothing is to be answered 401 (RFC 9110, section 15.5.2). No scheme is registered for such keys.
CHALLENGE = {"www-authenticate": 'ApiKey realm="fleet-mock", header="X-API-Key"'}


# The status of each kind, or the question of the catalogue whose answer is the status.
STATUSES: dict[Kind, int | str] = {
    Kind.MISSING_KEY: "access.missing-key",
    Kind.UNKNOWN_KEY: "access.unknown-key",
    Kind.WRONG_HOST: 421,
    Kind.UNKNOWN_PATH: "http.unknown-path",
    Kind.WRONG_METHOD: "http.wrong-method",
    Kind.BAD_REQUEST: 400,
    Kind.FOREIGN_ORIGIN: 403,
    Kind.WRONG_CODING: 415,
    Kind.WRONG_MEDIA_TYPE: "http.wrong-media-type",
    Kind.MISSING_MEDIA_TYPE: "http.missing-media-type",
    Kind.BAD_BODY: 400,
    Kind.BAD_PARAMETER: 400,
    Kind.BAD_PAGE_SIZE: "keys.page-size",
    Kind.UNKNOWN_PROPERTY: "properties.unknown",
    Kind.INVALID_NAME: "create.invalid-name",
    Kind.BAD_KEY: "key.invalid",
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.TOO_MANY_FLEETS: 429,
    Kind.BAD_WORLD: 400,
    Kind.TOO_MANY_WORLDS: 429,
    Kind.FLEET_ID_TAKEN: "duplicate.status",
    Kind.FLEET_NAME_TAKEN: "name.taken",
    Kind.UNKNOWN_FLEET: 404,
    Kind.OVERLONG_ID: "path.overlong-id",
    Kind.FOREIGN_FLEET_RENAMED: "rename.foreign",
    Kind.FOREIGN_FLEET: 403,
    Kind.FOREIGN_FLEET_WITHOUT_CODES: "invitation.foreign-without-codes",
    Kind.NO_CODES: 404,
    Kind.KEY_TAKEN: "key.duplicate",
    Kind.FLEET_WITHOUT_KEYS: "keys.unknown-fleet",
    Kind.FLEET_WITHOUT_PRICES: "location.unknown-fleet",
    Kind.UNKNOWN_LOCATION: 404,
    Kind.STORE_UNAVAILABLE: 503,
    Kind.OTHER_TERMS: 503,
    Kind.BROKEN: 500,
    Kind.ON_DEMAND: 500,  # unless whoever demanded it said otherwise
}


# What a kind is answered where its question does not exist, if not as a bad request.
OTHERWISE = {Kind.FOREIGN_FLEET_WITHOUT_CODES: 403}


def status_of(kind: Kind, dialect: Dialect) -> int:
    """Return the status that a kind of refusal has in a dialect; what it never refuses, only a mutant does."""
    decided = STATUSES[kind]
    if isinstance(decided, int):
        return decided
    answer = dialect.get(decided, "")
    return int(answer) if answer.isdecimal() else OTHERWISE.get(kind, 400)


# Where the store is, is for the log alone.
STORE_UNAVAILABLE = (
    "The store of this mock does not reply. It is not known whether this request has changed anything. "
    "Try again; the mock recovers by itself."
)
OTHER_TERMS = (
    "The store of this mock holds the state of mocks that were started with other settings, which it cannot share. "
    "Start this mock as those were started, or name another store."
)


class Refusal(Exception):
    """A request that is answered with an error; the detail says what was wrong and what was expected."""

    __slots__ = ("headers", "reason")

    def __init__(
        self, kind: Kind, detail: str, headers: dict[str, str] | None = None, fault: Fault | None = None
    ) -> None:
        self.reason = reason_of(kind, detail, fault)
        self.headers = headers or {}

    def __str__(self) -> str:
        return self.reason.detail


reason_of = lru_cache(maxsize=256)(Reason)  # The same reasons occur again and again.


KINDS: dict[type[store.Wrong], Kind] = {
    store.FleetIdTaken: Kind.FLEET_ID_TAKEN,
    store.FleetNameTaken: Kind.FLEET_NAME_TAKEN,
    store.TooManyFleets: Kind.TOO_MANY_FLEETS,
    store.NoSuchFleet: Kind.UNKNOWN_FLEET,
    store.ForeignFleet: Kind.FOREIGN_FLEET,
    store.ForeignFleetWithoutCodes: Kind.FOREIGN_FLEET_WITHOUT_CODES,
    store.NoActiveCodes: Kind.NO_CODES,
    store.KeyTaken: Kind.KEY_TAKEN,
    store.NoSuchLocation: Kind.UNKNOWN_LOCATION,
}
# Where an operation has a word of its own for what is wrong.
KINDS_OF_OPERATIONS: dict[tuple[str | None, type[store.Wrong]], Kind] = {
    ("rename_fleet", store.ForeignFleet): Kind.FOREIGN_FLEET_RENAMED,
    ("get_location", store.NoSuchFleet): Kind.FLEET_WITHOUT_PRICES,
}
KINDS_RENAMED: dict[tuple[str | None, Kind], Kind] = {
    ("create_charging_key", Kind.BAD_BODY): Kind.BAD_KEY,
    ("create_charging_key", Kind.INVALID_NAME): Kind.BAD_KEY,
    ("rename_fleet", Kind.INVALID_NAME): Kind.BAD_BODY,
}


def refusal_of(wrong: Exception, operation_id: str | None) -> Refusal:
    """Return what an exception is answered with; an unforeseen one is logged and answered 500."""
    refusal = wrong if isinstance(wrong, Refusal) else _refusal_of(wrong, operation_id)
    refusal.reason = _reason_in(operation_id, refusal.reason)
    return refusal


@lru_cache(maxsize=256)  # Likewise.
def _reason_in(operation_id: str | None, reason: Reason) -> Reason:
    """Return a reason in an operation's own word, with the requirement that it comes from."""
    kind = KINDS_RENAMED.get((operation_id, reason.kind), reason.kind)
    return reason._replace(kind=kind, requirement=requirement_of(operation_id, kind, reason.fault))


def _refusal_of(wrong: Exception, operation_id: str | None) -> Refusal:
    if isinstance(wrong, HTTPException):  # The Swagger UI has no such page.
        return Refusal(Kind.UNKNOWN_PATH, "No page has this path.")
    if isinstance(wrong, store.Wrong):
        kind = KINDS_OF_OPERATIONS.get((operation_id, type(wrong))) or KINDS[type(wrong)]
        return Refusal(kind, str(wrong))
    if isinstance(wrong, store.StoreUnavailable):
        log.warning("%s", wrong)
        if isinstance(wrong, store.TermsDoNotFit):
            return Refusal(Kind.OTHER_TERMS, OTHER_TERMS)
        return Refusal(Kind.STORE_UNAVAILABLE, STORE_UNAVAILABLE, {"retry-after": "1"})
    log.error("Unexpected exception in %s; answering 500.", operation_id or "no operation", exc_info=wrong)
    return Refusal(Kind.BROKEN, "The mock failed; see its log.")


def rendered(
    refusal: Refusal, dialect: Dialect, status: int | None = None, more: Mapping[str, str] = NO_MORE
) -> Answer:
    """Return the answer that a refusal has in a dialect, with another status where one is given, and more headers."""
    reason = refusal.reason
    status = status or status_of(reason.kind, dialect)
    body, described = BODIES[dialect["error.body"]](status, reason)
    if status == 401:
        described = {**described, **CHALLENGE}
    return Answer(status, {**refusal.headers, **described, **more}, body, reason.kind, None, reason)


@lru_cache(maxsize=256)  # Likewise.
def _problem(status: int, reason: Reason) -> Body:
    problem = {"type": "about:blank", "title": PHRASES.get(status, "Error"), "status": status, **reason.described()}
    return to_bytes(problem), PROBLEM


def _message(status: int, reason: Reason) -> Body:
    del status
    return to_bytes({"message": reason.detail}), JSON


def _other_json(status: int, reason: Reason) -> Body:
    del status
    return to_bytes({"errorCode": f"{reason.kind.name}", "errorDescription": reason.detail}), JSON


def _text(status: int, reason: Reason) -> Body:
    return f"{status} {reason.detail}\n".encode(), TEXT


def _html(status: int, reason: Reason) -> Body:
    page = f"<!doctype html><title>{status}</title><p>{escape(reason.detail)}</p>\n"
    return page.encode(), HTML


def _nothing(status: int, reason: Reason) -> Body:
    del status, reason
    return b"", NO_MORE


BODIES: Mapping[str, Callable[[int, Reason], Body]] = {
    "problem": _problem,
    "message": _message,
    "json": _other_json,
    "text": _text,
    "html": _html,
    "empty": _nothing,
}
