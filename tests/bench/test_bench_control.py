"""The calls of the control API that are measured: each does what its name says, as often as it is made."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from bench.control import CALLS, send
from bench.served import KEY

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving

TIMES = 4


@pytest.fixture
def connection() -> Iterator[HTTPConnection]:
    with serving(parts()) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        yield connection
        connection.close()


def read(connection: HTTPConnection, path: str) -> str:
    connection.request("GET", path, headers=KEY)
    return connection.getresponse().read().decode()


def test_no_call_is_refused(connection: HTTPConnection) -> None:
    for ask in CALLS.values():
        for number in range(TIMES):
            send(connection, ask, number)


def test_each_code_is_a_new_one_and_each_is_revoked(connection: HTTPConnection) -> None:
    def codes() -> list[str]:
        said = json.loads(read(connection, "/_mock/fleets/codeless-001/codes"))
        return [each["code"] for each in said["codes"] if each["isActive"]]

    for name, expected in {"add a code": [f"MEASURED-{each}" for each in range(TIMES)], "revoke a code": []}.items():
        for number in range(TIMES):
            send(connection, CALLS[name], number)
        assert codes() == expected


@pytest.mark.parametrize(
    ("name", "path"),
    [("change the dialect", "/_mock/dialect"), ("misbehave otherwise", "/_mock/misbehaviours")],
)
def test_a_call_changes_what_the_one_before_left(connection: HTTPConnection, name: str, path: str) -> None:
    seen = [read(connection, path)]
    for number in range(TIMES):
        send(connection, CALLS[name], number)
        seen.append(read(connection, path))
    assert all(one != other for one, other in pairwise(seen))


def test_what_is_sent_is_json_with_a_number() -> None:
    assert CALLS["add a code"].body(7) == '{"code": "MEASURED-7"}'
    assert CALLS["create a fleet"].body(7) == "{}"
    assert CALLS["revoke a code"].body(7) is None
