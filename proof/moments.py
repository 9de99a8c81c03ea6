"""Moments: what a trigger sees of one call, of the honest mock's state, and of what came before."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fleet_contract.mock_server import forms
from fleet_contract.mock_server.bodies import decoded, is_json, require_whole_characters
from fleet_contract.mock_server.messages import Answer, Call, Fields, Json
from fleet_contract.mock_server.parts import Mock
from fleet_contract.mock_server.plan import Plan
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import ChargingKey, Fleet, active_codes
from fleet_contract.spec.dialect import Dialect
from proof.sending import MISSING, as_json

UNREADABLE: Any = object()
Proceed = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class World:
    """The state of the honest mock at one time: its fleets and keys, whosever they are, in the order they were made."""

    fleets: tuple[Fleet, ...]
    keys: tuple[ChargingKey, ...]
    dialect: Dialect

    def fleet(self, id: Json) -> Fleet | None:
        """Return the fleet that an id names to the honest mock."""
        if not isinstance(id, str):
            return None
        same = forms.same_id(id, self.dialect)
        return next((fleet for fleet in self.fleets if forms.same_id(fleet.id, self.dialect) == same), None)

    def fleets_of(self, tenant: str | None) -> list[Fleet]:
        return [fleet for fleet in self.fleets if fleet.tenant == tenant]

    def keys_of(self, tenant: str | None) -> list[ChargingKey]:
        return [key for key in self.keys if key.tenant == tenant]


@dataclass(eq=False)
class Moment:
    """One call as it arrives, and all that may decide whether a mutant fires.

    `plan` is that of its operation, None where it means none; `tenant` is None where its key is nobody's. `body` is
    the value of the JSON body: UNREADABLE where it is none, MISSING where there is no body. `met` are the moments
    that were under way at the same time, so far. `answer` is the honest mock's, for those who fire after it.
    """

    call: Call
    plan: Plan | None
    tenant: str | None
    path: Mapping[str, str]
    world: World
    past: Sequence["Moment"]
    time: float
    mock: Mock
    met: list["Moment"] = field(default_factory=list)
    fired: bool = False
    given: Answer | None = None
    number: int = 0

    def __post_init__(self) -> None:
        self.body = value_of(self.call.raw_body)
        self.query = dict(parse_qsl(self.call.raw_query.decode("latin-1"), keep_blank_values=True))

    # --- the call ---

    @property
    def operation(self) -> str | None:
        return self.plan.id if self.plan else None

    @property
    def is_valid(self) -> bool:
        """Whether the call has a known key, and its body is declared as JSON and fits the document."""
        if self.plan is None or self.tenant is None:
            return False
        if self.plan.body is None:
            return True
        return is_json(self.media_type) and is_whole(self.body) and self.plan.body.fits(self.body)

    def member(self, name: str) -> Json:
        """Return a member of the body; MISSING where there is none."""
        return self.body.get(name, MISSING) if isinstance(self.body, dict) else MISSING

    @property
    def id(self) -> Json:
        """The fleetId that the call names, in its path, its query or its body; MISSING where it names none."""
        return self.path.get("fleetId", self.query.get("fleetId", self.member("fleetId")))

    @property
    def name(self) -> Json:
        """The name of a fleet that the call carries; MISSING where it carries none."""
        return self.member("newName" if self.operation == "rename_fleet" else "fleetName")

    @property
    def fleet(self) -> Any:
        """The Fleet that the call names, whosever it is, as it was when the call arrived; None where there is none."""
        return self.world.fleet(self.id)

    @property
    def is_own(self) -> bool:
        return self.fleet is not None and self.fleet.tenant == self.tenant

    @property
    def is_foreign(self) -> bool:
        return self.tenant is not None and self.fleet is not None and self.fleet.tenant != self.tenant

    @property
    def has_codes(self) -> bool:
        return self.fleet is not None and bool(active_codes(self.fleet))

    @property
    def raw(self) -> bytes:
        """The bytes of the body."""
        return self.call.raw_body

    @property
    def media_type(self) -> str:
        return self.call.header("content-type") or ""

    # --- the answer ---

    @property
    def answer(self) -> Answer:
        """What the honest mock answered; raises LookupError where a mutant fires before it is asked."""
        if self.given is None:
            raise LookupError("This trigger looks at the answer; its effect has to change one.")
        return self.given

    @property
    def succeeded(self) -> bool:
        return self.answer.succeeded

    @property
    def shown(self) -> Json:
        """The value in the answer; None where that has none."""
        return self.answer.json if self.answer.body else None

    # --- what it meets ---

    def met_alike(self, *operations: str | None) -> list["Moment"]:
        """Return the calls of some operations that were under way at the same time, so far."""
        return [other for other in self.met if other.operation in operations]

    def rivals(self, *operations: str) -> list["Moment"]:
        """Return those of them that name the same fleet."""
        return [other for other in self.met_alike(*operations) if other.id == self.id]

    def place_since(self, other: "Moment") -> int:
        """Return how many calls of the same operation came after another call, which they met, and before this one."""
        return sum(other.number < each.number < self.number for each in other.met if each.operation == self.operation)

    # --- the past ---

    def earlier(self, *operations: str) -> Iterator["Moment"]:
        """Yield the calls that have been answered, of some operations or of all, the last first."""
        return (moment for moment in reversed(self.past) if not operations or moment.operation in operations)

    def alike(self, *operations: str) -> Iterator["Moment"]:
        """Yield those of them that named the same fleet."""
        return (moment for moment in self.earlier(*operations) if moment.id == self.id)

    def successes(self, *operations: str) -> Iterator["Moment"]:
        """Yield those of them that succeeded."""
        return (moment for moment in self.earlier(*operations) if moment.succeeded)

    def last(self, *operations: str) -> Any:
        """Return the last Moment of them that succeeded, None where there is none."""
        return next(self.successes(*operations), None)

    def times(self, *operations: str) -> int:
        """Return how many of them succeeded for the fleet that this call names."""
        return sum(moment.id == self.id for moment in self.successes(*operations))

    @property
    def made_fleets(self) -> Sequence[Fleet]:
        """The fleets that were made since the mock began, in that order."""
        return self.world.fleets[len(self.mock.parts.seed.fleets) :]

    # --- other calls in its place ---

    def with_body(self, value: Json) -> Call:
        """Return the call with another JSON value as its body."""
        return self.with_bytes(as_json(value))

    def with_members(self, **members: Json) -> Call:
        """Return the call with other members in its body; one that is MISSING is left out."""
        body = {**self.body, **members}
        return self.with_body({name: value for name, value in body.items() if value is not MISSING})

    def with_bytes(self, body: bytes) -> Call:
        return replace(self.call, raw_body=body, headers=self.headers_without("content-encoding"))

    def with_id(self, id: str) -> Call:
        """Return the call with another fleetId in its path, or in its query."""
        if "fleetId" not in self.path:
            return self.with_query(fleetId=id)
        head, _, tail = self.call.raw_path.rpartition("/")
        return replace(self.call, raw_path=f"{head.rpartition('/')[0]}/{quote(id, safe='')}/{tail}")

    def with_query(self, **parameters: Any) -> Call:
        """Return the call with other parameters in its query; one that is MISSING is left out."""
        query = {name: value for name, value in {**self.query, **parameters}.items() if value is not MISSING}
        return replace(self.call, raw_query=urlencode(query).encode("latin-1"))

    def with_header(self, name: str, value: str) -> Call:
        return replace(self.call, headers=Fields((*self.headers_without(name), (name, value))))

    def of_tenant(self, tenant: str) -> Call:
        """Return the call as one of a tenant."""
        tenants = self.mock.access.tenants
        return self.with_header("x-api-key", next(key for key, owner in tenants.items() if owner == tenant))

    def headers_without(self, unwanted: str) -> Fields:
        return Fields(tuple(each for each in self.call.headers if each[0] != unwanted))


def value_of(body: bytes) -> Json:
    """Return the value of a body, read as leniently as JSON allows."""
    if not body:
        return MISSING
    try:
        return json.loads(decoded(body))
    except (ValueError, RecursionError, Refusal):
        return UNREADABLE


def is_whole(value: Json) -> bool:
    """Say whether a value is an object without half a surrogate pair, with which no schema can be compared."""
    try:
        require_whole_characters(value)
    except (Refusal, RecursionError, TypeError):
        return False
    return isinstance(value, dict)
