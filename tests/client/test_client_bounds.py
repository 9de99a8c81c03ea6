"""What a run keeps, how long it takes and how much trouble it puts up with: all of it is bounded."""

import json
import re
import time
from typing import Any

import pytest

from fleet_contract.contract_tests.exchange import Cause, NotJson, TooComplex, memory_of, parse_json
from fleet_contract.contract_tests.network import budget
from fleet_contract.contract_tests.network.budget import MOST_TROUBLES, TROUBLES, BudgetSpent, Cost, longest_run
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.target.target import Limits

from .conftest import Open, Serve
from .servers import RESET, answer


def send_for_ever(client: Client) -> None:
    for _ in range(100):
        client.send("POST", "/")


def test_every_cause_of_trouble_is_counted() -> None:
    assert set(TROUBLES) == set(Cause)
    assert set(TROUBLES.values()) <= {*MOST_TROUBLES, Cost.TIMEOUTS}


@pytest.mark.parametrize(
    ("said", "cost", "told"),
    [
        ([RESET], Cost.RESETS, "limit of 40 broken connections was reached"),
        ([b"ICY 200 OK\r\n\r\n", RESET], Cost.UNREADABLE, "limit of 40 unreadable responses was reached"),
        ([answer(200, b"x" * 2000)], Cost.OVERSIZED, "limit of 20 oversized responses was reached"),
    ],
)
def test_a_run_ends_after_so_much_trouble_of_a_kind(
    serve: Serve, open_client: Open, said: list[bytes], cost: Cost, told: str
) -> None:
    client = open_client(serve(lambda _: said).url, limits__max_answer_bytes=1000)
    with pytest.raises(BudgetSpent, match=re.escape(told)) as ended:
        send_for_ever(client)
    assert ended.value.cost is cost
    assert client.footprint.requests == MOST_TROUBLES[cost]


def test_a_run_ends_when_its_responses_take_too_much_memory(
    serve: Serve, open_client: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MOST_MEGABYTES", 1)
    client = open_client(serve(lambda _: answer(200, b" " * 100_000)).url)
    with pytest.raises(BudgetSpent, match=r"limit of 1 megabyte of responses was reached"):
        send_for_ever(client)
    assert client.footprint.requests == 5  # of 100,000 bytes each, and as many for what is read of them


@pytest.mark.parametrize(
    "text",
    [
        b"[" + b"[]," * 600_000 + b"0]",
        b"[" + b"{}," * 600_000 + b"0]",
        b"[" + b"1," * 900_000 + b"0]",
        b"[" * 50_000 + b"]" * 50_000,
        b"[" * 201 + b"]" * 201,
        b'{"a":[' * 101 + b"0" + b"]}" * 101,
        b'{"a":' * 5_000 + b"0" + b"}" * 5_000,
    ],
)
def test_json_that_would_take_far_too_much_is_not_read(serve: Serve, open_client: Open, text: bytes) -> None:
    with pytest.raises(TooComplex):
        parse_json(text)
    exchange = open_client(serve(lambda _: answer(200, text)).url).send("GET", "/")
    assert (exchange.answer, exchange.cause) == (None, Cause.OVERSIZED)
    assert f"the response (200) has {len(text):,} bytes of JSON that" in exchange.trouble


def page(keys: int) -> bytes:
    key = {"keyIdentifier": "04AABBCCDD", "visualNumber": "CT-é-1", "contractId": "DE1C2", "enabled": True, "name": ""}
    return json.dumps({"keys": [{**key, "number": each} for each in range(keys)]}, ensure_ascii=False).encode()


def test_the_largest_page_is_far_from_any_limit() -> None:
    assert len(page(500)) * 10 < Limits().max_answer_bytes
    assert len(parse_json(page(5_000))["keys"]) == 5_000
    assert memory_of(page(500)) * 100 < budget.MOST_MEGABYTES * 1_000_000


def test_much_may_stand_side_by_side_and_200_levels_in_each_other() -> None:
    assert parse_json(b"[" + b"[]," * 300 + b"[]]")
    assert parse_json(b"[" * 199 + b'["[[[[[["]' + b"]" * 199)


def test_what_is_broken_is_no_json_however_large() -> None:
    with pytest.raises(NotJson) as told:
        parse_json(b"[" + b" " * 1_000_000)
    assert not isinstance(told.value, TooComplex)


@pytest.mark.parametrize(
    ("limits", "rate", "latency", "seconds"),
    [
        ({"max_requests": 250}, 0.0, 0.01, 65),
        ({"max_requests": 250}, 10.0, 0.01, 110),
        ({"max_requests": 250}, 10.0, 5.0, 2560),
        ({"max_requests": 250, "max_fleets": 20, "settle_seconds": 1.5}, 0.0, 0.01, 95),
        ({"max_requests": 250, "max_seconds": 7.0}, 10.0, 5.0, 7),
        ({}, 10.0, 5.0, None),
    ],
)
def test_a_run_may_take_twice_what_its_requests_should_and_a_minute_more(
    limits: dict[str, Any], rate: float, latency: float, seconds: float | None
) -> None:
    assert longest_run(Limits(**limits), rate, latency) == seconds


def test_a_server_that_becomes_slow_is_told_of_with_its_pace(
    serve: Serve, open_client: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "SLACK_SECONDS", 0.0)
    client = open_client(serve().url, limits__max_requests=10)
    seconds = client.limit_time(client.send("GET", "/"))
    assert seconds is not None
    time.sleep(seconds)
    with pytest.raises(BudgetSpent, match=r"limit of .* seconds was reached at [0-9.e-]+ s a response \("):
        client.send("GET", "/")


def test_a_connection_that_is_closed_without_a_word_is_not_used_again(serve: Serve, open_client: Open) -> None:
    server = serve(lambda _: [answer(), RESET])
    client = open_client(server.url)
    assert [client.send("GET", "/").trouble for _ in range(20)] == [""] * 20
