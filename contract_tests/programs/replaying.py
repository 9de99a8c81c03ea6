"""Replaying a program: each step is sent as one request, or as the pages of one list; nothing is asserted."""

import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlencode

from fleet_contract.contract_tests.driving.api import FLEETS, JSON, KEYS, Api, in_lower_case, segment
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.exchange import Caller, Exchange, Request
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.judging.texts import is_overlong
from fleet_contract.contract_tests.network.outgoing import READS
from fleet_contract.contract_tests.programs.bindings import Bindings
from fleet_contract.contract_tests.programs.named_fleets import named_in
from fleet_contract.contract_tests.programs.program import Program, Step
from fleet_contract.contract_tests.programs.spellings import PLAIN, SPELLINGS
from fleet_contract.contract_tests.target.target import Fixtures

# How the id stands in a path: each means the same as the plain one, or that a plus is no blank.
PATHS: Mapping[str, Callable[[str], str]] = {
    PLAIN: segment,
    "in-lower-case": lambda fleet: in_lower_case(segment(fleet)),
    "encoded-without-need": lambda fleet: segment(fleet).replace("-", "%2D"),
    "with-pluses": lambda fleet: segment(fleet).replace("%20", "+"),
    "with-a-broken-end": lambda fleet: segment(fleet) + "%FF",
}


def replay(program: Program, api: Api, fixtures: Fixtures) -> None:
    """Send the steps of a program, under new ids; raises Untested where the target lacks what one needs."""
    player = _Player(Bindings(program.fleets, api, fixtures), api, fixtures)
    for step in program.steps:
        STEPS[step["do"]](player, step)


class _Player:
    """Sends the requests of one replay, and waits for what a server needs a moment to find."""

    def __init__(self, bindings: Bindings, api: Api, fixtures: Fixtures) -> None:
        self.bindings = bindings
        self.api = api
        self.fixtures = fixtures
        self._new: dict[str, Exchange] = {}
        self._listed: set[str] = set()

    def send(self, method: str, path: str, step: Step, body: bytes = b"") -> Exchange:
        """Send what a step says; raises Untested for a second organization that the target does not name."""
        how: dict[str, Any] = {"caller": Caller(step.get("caller", Caller.OWNER)), "body": body}
        if how["caller"] is Caller.OTHER and self.api.client.target.other_api_key is None:
            raise Untested(Reason(SkipReason.FIXTURE, entries=("other_api_key",)))
        how["headers"] = [(name, value) for name, value in step.get("headers", JSON if body else ())]
        if "key_header" in step:
            how |= {"header_name": step["key_header"]}
        self._require_ours(Request(method, path, how["caller"], body=body))
        return self.api.send(method, path, **how)

    def write(self, method: str, path: str, step: Step, members: Mapping[str, Any]) -> Exchange:
        """Send members as the body that a step spells."""
        members = {**members, **self.bindings.value(step.get("more", {}))}
        return self.send(method, path, step, SPELLINGS[step.get("spelling", PLAIN)](members))

    def _require_ours(self, request: Request) -> None:
        """Refuse to write to or to make what would not bear the mark of the run."""
        if request.method in READS:
            return
        named = (id for id in named_in(request) if id and not is_overlong(id))
        if not all(self.api.mark in id.casefold() for id in named):
            raise Untested(Reason(SkipReason.SETUP, "a step would write to a fleet without the run's mark"))

    def born(self, id: Any, exchange: Exchange) -> None:
        if exchange.succeeded and isinstance(id, str):
            self._new.setdefault(id, exchange)

    def listed(self, key: Mapping[str, Any], create: Exchange) -> None:
        """Wait until a key that was just created is listed; one that exists already may not move to another fleet."""
        number, fleet = key.get("visualNumber"), key.get("fleetId", "")
        if create.succeeded and isinstance(number, str) and isinstance(fleet, str) and number not in self._listed:
            self._listed.add(number)
            self.api.await_key(dict(key), create.request.caller)

    def found(self, id: str, path: str, send: Callable[[], Exchange]) -> Exchange:
        """Send until a fleet that was just created is found, where the path names it; once found, it always is."""
        exchange = send()
        create = self._new.get(id)
        is_new = create is not None and create.is_by_the_caller_of(exchange) and unquote(path) == id
        if exchange.status == HTTPStatus.NOT_FOUND and create is not None and is_new and self.api.is_patient:
            exchange = self.api.patiently(send, lambda again: again.status != HTTPStatus.NOT_FOUND, create.ended)
        if exchange.succeeded:
            self._new.pop(id, None)
        return exchange


def _given(player: _Player, step: Step, **members: str) -> dict[str, Any]:
    """Return the members of a body that a step gives, by their names there; what it leaves out is left out."""
    return {name: player.bindings.value(step[member]) for name, member in members.items() if member in step}


def _create(player: _Player, step: Step) -> None:
    members = _given(player, step, fleetId="id", fleetName="name")
    player.born(members.get("fleetId"), player.write("POST", FLEETS, step, members))


def _rename(player: _Player, step: Step) -> None:
    id, members = player.bindings.value(step["fleet"]), _given(player, step, newName="name")
    path = PATHS[step.get("path", PLAIN)](id)
    player.found(id, path, lambda: player.write("PUT", f"{FLEETS}/{path}/rename", step, members))


def _invitation(player: _Player, step: Step) -> None:
    segment = PATHS[step.get("path", PLAIN)](player.bindings.value(step["fleet"]))
    player.send("GET", f"{FLEETS}/{segment}/invitation", step)


def _create_key(player: _Player, step: Step) -> None:
    key = {**player.bindings.key(step["key"]), **_given(player, step, fleetId="fleet", enabled="enabled")}
    key |= player.bindings.value(step.get("fields", {}))
    members = {name: value for name, value in key.items() if name not in step.get("without", ())}
    player.listed(members, player.write("POST", KEYS, step, members))


def _list_keys(player: _Player, step: Step) -> None:
    query = _given(player, step, fleetId="fleet", cursor="cursor", page_size="page_size")
    seen = set[str]()
    for _ in range(step.get("pages", 1)):
        page = player.send("GET", f"{KEYS}?{urlencode(query)}" if query else KEYS, step)
        cursor = cursor_of(page)
        if cursor is None or cursor in seen or not items_of(page):
            return
        seen.add(cursor)
        query["cursor"] = cursor


def _location(player: _Player, step: Step) -> None:
    player.bindings.fixture("location")  # No request goes to the operation unless the target file gives one.
    path = player.fixtures.location_path.replace("{locationId}", segment(player.bindings.value(step["location"])))
    query = _given(player, step, fleetId="fleet")
    player.send("GET", f"{path}?{urlencode(query)}" if query else path, step)


def _send(player: _Player, step: Step) -> None:
    path = "".join(part if isinstance(part, str) else segment(player.bindings.value(part)) for part in step["path"])
    body = b"".join(_bytes_of(player.bindings.value(part)) for part in step.get("body", ()))
    player.send(step["method"], path, step, body)


def _bytes_of(part: Any) -> bytes:
    if isinstance(part, Mapping):
        return base64.b64decode(part["base64"])
    return str(part).encode("utf-8", "surrogatepass")


STEPS: Mapping[str, Callable[[_Player, Step], None]] = {
    "create": _create,
    "rename": _rename,
    "invitation": _invitation,
    "create_key": _create_key,
    "list_keys": _list_keys,
    "location": _location,
    "send": _send,
}
