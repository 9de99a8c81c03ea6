"""Responses one step out of line: no byte tells, so before anything is blamed one or two requests are sent, once."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.network.alignment import OUT_OF_LINE
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.preflight import PATH, PLAIN_PATH
from fleet_contract.contract_tests.network.recognition import NO_OPERATION

from .conftest import Serve, target
from .servers import Heard, Server, answer

LISTING, FLEET, REFUSAL = (
    answer(200, b'{"keys": [{"keyIdentifier": "04AB00000000C1"}], "cursor": null}'),
    answer(200, b'{"fleetId": "a"}'),
    answer(404),
)
WRONG_LIST = f"{PLAIN_PATH}?page_size=wrong"
RIGHT = {PATH: LISTING, NO_OPERATION: REFUSAL, "/fleet": FLEET, "/wrong": FLEET, WRONG_LIST: LISTING}


def breaks(exchange: Exchange) -> bool:
    """Judge as the suite does, whether a request got what it asked for; /wrong and WRONG_LIST never do."""
    path, body = exchange.request.path, exchange.answer.body if exchange.answer else b""
    return path in ("/wrong", WRONG_LIST) or not RIGHT[path].endswith(b"\r\n\r\n" + body)


Shifted = Callable[[Callable[[Server], bool]], Client]


@pytest.fixture
def shifted(serve: Serve, stack: ExitStack) -> Shifted:
    """Open a client to a server that gives the response to the request before whenever `does` says so."""

    def start(does: Callable[[Server], bool]) -> Client:
        before = [LISTING]

        def script(heard: Heard) -> bytes:
            before.append(RIGHT[heard.path])
            return before[-2] if does(server) else before[-1]

        server = serve(script)
        client = stack.enter_context(Client(target(server.url), mark="m4rk", breaks=breaks))
        client.preflight()
        return client

    return start


def test_responses_that_stay_out_of_line_end_the_run_and_are_never_read(shifted: Shifted) -> None:
    client = shifted(lambda _: True)
    with pytest.raises(KeyboardInterrupt):
        client.send("GET", "/fleet")
    assert client.stopped == OUT_OF_LINE
    own, *others = client.journal
    assert own.status == 200
    assert [(each.answer, OUT_OF_LINE in each.trouble) for each in others] == [(None, True)] * 5


def test_a_connection_that_is_out_of_line_is_left(shifted: Shifted) -> None:
    client = shifted(lambda server: len(server.connections) == 1)
    assert client.send("GET", "/fleet").status == 200  # It was sent again, on another connection.
    assert [OUT_OF_LINE in each.trouble for each in client.journal if each.request.path == "/fleet"] == [True, False]
    assert client.stopped == ""


@pytest.mark.parametrize(("wrong", "asked"), [("/wrong", [PATH]), (WRONG_LIST, [PATH, NO_OPERATION])])
def test_a_server_that_breaks_something_in_line_is_asked_for_proof_only_once(
    shifted: Shifted, wrong: str, asked: list[str]
) -> None:
    client = shifted(lambda _: False)
    assert [client.send("GET", wrong).status for _ in range(3)] == [200] * 3
    assert [each.request.path for each in client.journal] == [PATH, wrong, *asked, wrong, wrong]
    assert client.stopped == ""
