"""The fixture, in a session of somebody else's tests: one server, a world for each test, and how it begins."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.parse import urlsplit

import pytest

from fleet_contract.mock_server.one_for_all import OneForAll, url_at

pytest_plugins = ["pytester"]
PLUGIN = "fleet_contract.mock_server.pytest_plugin"
HEAD = """
import httpx, pytest

def create(url, id="mine", key="demo-key"):
    return httpx.post(f"{url}/emp/v1/fleets", json={"fleetId": id}, headers={"X-API-Key": key}).status_code
"""


def outcomes(pytester: pytest.Pytester, test: str, *arguments: str) -> tuple[dict[str, int], str]:
    pytester.makepyfile(test_theirs=HEAD + test)
    done = pytester.runpytest_inprocess("-p", PLUGIN, "--strict-markers", "-p", "no:cacheprovider", *arguments)
    return done.parseoutcomes(), done.stdout.str()


def test_each_test_has_a_world_on_one_server(pytester: pytest.Pytester) -> None:
    found, said = outcomes(
        pytester,
        """
SEEN = []

@pytest.mark.parametrize("turn", ["a", "b/..", "…" * 200])
def test_fresh(fleet_mock, fleet_mock_server, turn):
    SEEN.append(str(fleet_mock))
    assert create(fleet_mock) == 201
    assert [each.operation for each in fleet_mock.journal] == ["create_fleet"]
    names = [each["name"] for each in fleet_mock_server.list_worlds()]
    assert len(names) == 2, "worlds end with their tests"
    assert fleet_mock == f"{fleet_mock_server.url}/_mock/worlds/{names[1]}"

def test_one_server():
    assert len(set(SEEN)) == 3
    assert len({each.partition("/_mock")[0] for each in SEEN}) == 1
""",
    )
    assert found == {"passed": 4}, said


def test_a_marker_a_parameter_and_a_function_say_how_it_begins(pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", staging='[dialect]\n"create.status" = "200"\n')
    pytester.makefile(".yaml", state="keys: {k: t}\nfleets: [{fleetId: theirs, codes: [ONE]}]\n")
    found, said = outcomes(
        pytester,
        """
from pathlib import Path
pytestmark = pytest.mark.fleet_mock(dialect={"create.status": "200"}, misbehave="codes-vanish")

@pytest.mark.fleet_mock(dialect={})
def test_nearest_wins(fleet_mock):
    assert create(fleet_mock) == 201
    assert fleet_mock.control.get_misbehaviours() == ["codes-vanish"]
    fleet_mock.control.put_misbehaviours()
    fleet_mock.reset()
    assert fleet_mock.control.get_misbehaviours() == ["codes-vanish"]

@pytest.mark.fleet_mock(dialect="staging.toml", seed=Path("state.yaml"), misbehave=None)
def test_files(fleet_mock):
    assert fleet_mock.codes.list("theirs") == ["ONE"]
    assert create(fleet_mock, key="k") == 200
    assert create(fleet_mock) == 401

@pytest.mark.parametrize("fleet_mock", [{"rules": [{"respond": {"status": 503}}]}], indirect=True)
def test_parameter(fleet_mock):
    assert create(fleet_mock) == 503

def test_more(fleet_mock, new_fleet_mock):
    other = new_fleet_mock(seed={"fleets": [{"fleetId": "mine"}]})
    assert (create(fleet_mock), create(other)) == (200, 409)
    assert len(other.journal) == 1
""",
    )
    assert found == {"passed": 4}, said


def test_a_test_may_drop_its_world(pytester: pytest.Pytester) -> None:
    test = "def test_it(fleet_mock, fleet_mock_server): fleet_mock_server.drop_world(fleet_mock.rpartition('/')[2])\n"
    found, said = outcomes(pytester, test)
    assert found == {"passed": 1}, said


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ("dialect={'create.staus': '200'}", "no question 'create.staus'. Did you mean 'create.status'"),
        ("misbehave='slwo'", "No misbehaviour is called 'slwo'"),
        ("misbehaviour='slow'", "no argument 'misbehaviour'. fleet_mock(dialect="),
        ("{}", "arguments by name alone"),
        ("seed='nowhere.yaml'", "nowhere.yaml"),
        ("seed={'fleets': [{}]}", "/seed/fleets/0/fleetId: this member is missing."),
    ],
)
def test_a_beginning_that_cannot_be_is_told(pytester: pytest.Pytester, marker: str, words: str) -> None:
    found, said = outcomes(pytester, f"@pytest.mark.fleet_mock({marker})\ndef test_it(fleet_mock): ...\n")
    assert found == {"errors": 1}
    assert words in said.replace("\n", " ")
    assert "Traceback" not in said


def test_a_verification_that_fails_shows_its_message_alone(pytester: pytest.Pytester) -> None:
    found, said = outcomes(
        pytester,
        """
def test_it(fleet_mock):
    create(fleet_mock, "one")
    fleet_mock.verify.once("create_fleet", body={"fleetId": "two"})
""",
    )
    assert found == {"failed": 1}
    assert 'body.fleetId: expected "two", was "one"' in said
    assert "verification.py" not in said


def test_workers_share_one_server_and_no_world(pytester: pytest.Pytester) -> None:
    found, said = outcomes(
        pytester,
        """
import os, pathlib, time
URLS = pathlib.Path(os.environ["PYTEST_XDIST_TESTRUNUID"]).absolute().with_suffix(".urls")

@pytest.mark.parametrize("number", range(6))
def test_fresh(fleet_mock, fleet_mock_server, number):
    assert create(fleet_mock) == 201
    assert os.environ["PYTEST_XDIST_WORKER"] in fleet_mock
    with URLS.open("a") as lines:
        print(os.environ["PYTEST_XDIST_WORKER"], fleet_mock_server.url, fleet_mock, file=lines)
    while len(set(line.split()[0] for line in URLS.read_text().splitlines())) < 2:  # Both take part.
        time.sleep(0.05)
""",
        "-n",
        "2",
    )
    assert found == {"passed": 6}, said
    [file] = pytester.path.glob("*.urls")
    workers, urls, worlds = zip(*(line.split() for line in file.read_text().splitlines()), strict=True)
    assert (len(set(workers)), len(set(urls)), len(set(worlds))) == (2, 1, 6)
    with pytest.raises(ConnectionRefusedError):  # It ends with the session.
        socket.create_connection(("127.0.0.1", urlsplit(urls[0]).port or 0))


def test_one_mock_is_started_when_the_first_asks_and_ended_once() -> None:
    said = list[str]()

    @contextmanager
    def serve() -> Iterator[str]:
        said.append("started")
        yield "http://mock"
        said.append("ended")

    one = OneForAll(serve)
    assert said == []
    assert [url_at(one.port), url_at(one.port)] == ["http://mock"] * 2
    one.close()
    assert said == ["started", "ended"]
    assert url_at(one.port) == "", "a worker then has a mock of its own"


def test_where_no_mock_starts_nothing_is_told() -> None:
    one = OneForAll(lambda: nullcontext(str(1 // 0)))
    assert [url_at(one.port), url_at(one.port)] == ["", ""]
    one.close()


def test_no_two_workers_share_a_world(pytester: pytest.Pytester) -> None:
    found, said = outcomes(
        pytester,
        """
def test_names():
    from fleet_contract.mock_server.pytest_plugin import name_of_world

    names = [name_of_world(f"gw{worker}", number, "test") for worker in range(20) for number in range(200)]
    assert len(set(names)) == len(names)
""",
    )
    assert found == {"passed": 1}, said


@pytest.mark.parametrize("argument", ["misbehave=5", "rules=5", "seed=5", "dialect=5"])
def test_what_an_argument_cannot_be_is_told(pytester: pytest.Pytester, argument: str) -> None:
    test = f"@pytest.mark.fleet_mock({argument})\ndef test_it(fleet_mock): pass"
    found, said = outcomes(pytester, test)
    assert found == {"errors": 1}, said
    assert f"The mock of this test cannot begin: {argument.partition('=')[0]} cannot be 5." in said
    assert "During handling" not in said
