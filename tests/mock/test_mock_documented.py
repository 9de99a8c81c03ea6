"""Law 4: no response of the mock to a documented operation, in any dialect, is outside the document."""

import ast
import inspect

import pytest

from fleet_contract.mock_server import connection, heads
from fleet_contract.mock_server import serving as serving_module
from fleet_contract.mock_server.connection import Phase
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.refusals import STATUSES
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.document import Operation, operations

from .raw import KEY, connected, exchange, read, request, until_closed

OPERATIONS = {operation.id: operation for operation in operations()}
WITH_BODY = ("create_fleet", "rename_fleet", "create_charging_key")
ALL, NONE = tuple(OPERATIONS), ()
# The operations that may be refused for each reason.
REFUSED: dict[Kind, tuple[str, ...]] = {
    Kind.MISSING_KEY: ALL,
    Kind.UNKNOWN_KEY: ALL,
    Kind.WRONG_HOST: ALL,
    Kind.UNKNOWN_PATH: NONE,
    Kind.WRONG_METHOD: NONE,
    Kind.BAD_REQUEST: ALL,
    Kind.FOREIGN_ORIGIN: ALL,
    Kind.WRONG_CODING: WITH_BODY,
    Kind.WRONG_MEDIA_TYPE: WITH_BODY,
    Kind.MISSING_MEDIA_TYPE: WITH_BODY,
    Kind.BAD_BODY: WITH_BODY,
    Kind.BAD_PARAMETER: ALL,
    Kind.BAD_PAGE_SIZE: ("list_charging_keys",),
    Kind.UNKNOWN_PROPERTY: WITH_BODY,
    Kind.INVALID_NAME: ("create_fleet",),
    Kind.BAD_KEY: ("create_charging_key",),
    Kind.TOO_LARGE: WITH_BODY,
    Kind.TOO_MANY: ALL,
    Kind.TOO_MANY_FLEETS: ("create_fleet",),
    Kind.BAD_WORLD: ALL,
    Kind.TOO_MANY_WORLDS: ALL,
    Kind.FLEET_ID_TAKEN: ("create_fleet",),
    Kind.FLEET_NAME_TAKEN: ("create_fleet", "rename_fleet"),
    Kind.UNKNOWN_FLEET: ("rename_fleet", "get_invitation_codes", "create_charging_key"),
    Kind.OVERLONG_ID: ("rename_fleet", "get_invitation_codes"),
    Kind.FOREIGN_FLEET_RENAMED: ("rename_fleet",),
    Kind.FOREIGN_FLEET: ("get_invitation_codes",),
    Kind.FOREIGN_FLEET_WITHOUT_CODES: ("get_invitation_codes",),
    Kind.NO_CODES: ("get_invitation_codes",),
    Kind.KEY_TAKEN: ("create_charging_key",),
    Kind.FLEET_WITHOUT_KEYS: ("list_charging_keys",),
    Kind.FLEET_WITHOUT_PRICES: ("get_location",),
    Kind.UNKNOWN_LOCATION: ("get_location",),
    Kind.ON_DEMAND: NONE,  # whoever asks for it says the status
    Kind.STORE_UNAVAILABLE: ALL,
    Kind.OTHER_TERMS: ALL,
    Kind.BROKEN: ALL,
}


def documented(operation: str) -> set[int]:
    return set(map(int, OPERATIONS[operation].description["responses"]))


@pytest.mark.parametrize("kind", Kind)
def test_a_refusal_is_documented_in_whatever_dialect(kind: Kind) -> None:
    decided = STATUSES[kind]
    statuses = {decided} if isinstance(decided, int) else {*catalogue().questions[decided].statuses}
    assert {operation: statuses - documented(operation) for operation in REFUSED[kind]} == {
        operation: set() for operation in REFUSED[kind]
    }


def refused_unread() -> set[int]:
    """Return the statuses with which the code of connections refuses what it cannot read."""
    assert "error_status_hint" not in inspect.getsource(heads), "what h11 would answer, no test can see"
    calls = [
        node
        for module in (connection, heads)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Unreadable", "self.refuse")
    ]
    numbers = [each.value for call in calls for each in ast.walk(call.args[0]) if isinstance(each, ast.Constant)]
    return {*heads.STATUSES.values(), *(each for each in numbers if isinstance(each, int))}


@pytest.mark.parametrize("operation", ALL)
def test_what_cannot_be_read_is_refused_as_documented(operation: str) -> None:
    assert refused_unread() == {400, 408, 414, 431, 501, 505}
    assert refused_unread() <= documented(operation)


def line_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path.format(fleetId='acme-corp-001', locationId='loc-001')}"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=ALL)
def test_no_other_refusal_comes_before_an_operation_is_looked_for(url: str, operation: Operation) -> None:
    line = line_of(operation)
    answered = [
        exchange(url, request(line, KEY, host="Host: evil.example")),
        exchange(url, request(f"{line}?{'a' * 40_000}", KEY)),
        exchange(url, request(line, KEY, f"A: {'a' * 40_000}")),
        exchange(url, request(line, KEY, "A B: c")),
        exchange(url, request(line, KEY, "Transfer-Encoding: gzip")),
        exchange(url, request(f"{line} HTTP/2.0", KEY)),
        exchange(url, request(line, KEY, "Origin: https://evil.example")),
        exchange(url, request(line, KEY, "Mock-World: ..")),
    ]
    assert [each.status for each in answered][:6] == [421, 414, 431, 400, 501, 505]
    assert {each.status for each in answered} <= documented(operation.id)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=ALL)
def test_a_request_that_does_not_end_is_refused_as_documented(
    operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_module, "TICKS_BETWEEN_LOOKS", 1)
    monkeypatch.setitem(connection.LONGEST_WAITS, Phase.REQUEST, 0.2)
    with serving() as url, connected(url) as client:
        client.sendall(f"{line_of(operation)} HTTP/1.1\r\nHost: m\r\n".encode())
        status = read(until_closed(client)).status
    assert status == 408
    assert status in documented(operation.id)
