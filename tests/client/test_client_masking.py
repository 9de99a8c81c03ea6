"""No key is ever in what is kept."""

import json
from urllib.parse import unquote

import pytest

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.target.masking import Masker, Secret

from .conftest import Open, Serve
from .servers import Heard, answer

OWNER, OTHER = "owners-key-0123456789", "others-key-0123456789"


def echo(heard: Heard) -> bytes:
    body = json.dumps([heard.path, heard.headers, heard.body.decode()]).encode()
    return answer(200, body, X_Echo=" ".join(heard.all("x-api-key")))


@pytest.mark.parametrize("caller", Caller)
def test_a_key_that_is_echoed_is_masked(serve: Serve, open_client: Open, caller: Caller) -> None:
    server = serve(echo)
    client = open_client(server.url)
    exchange = client.send("GET", f"/?key={OWNER}", caller=caller, headers=[("Authorization", f"Bearer {OWNER}")])
    assert OWNER in server.heard[0].path
    assert OWNER in str(server.heard[0].headers)
    assert OWNER not in str(client.journal)
    assert OTHER not in str(client.journal)
    assert exchange.request.path == "/?key=***"
    assert exchange.request.headers == (("Authorization", "Bearer ***"),)


def test_a_key_in_a_body_is_masked(serve: Serve, open_client: Open) -> None:
    client = open_client(serve(echo).url)
    client.send("POST", "/", body=f'{{"apiKey": "{OTHER}"}}'.encode())
    assert client.journal[0].request.body == b'{"apiKey": "***"}'
    assert OTHER not in str(client.journal)


def test_keys_that_a_check_sends_itself_are_masked(serve: Serve, open_client: Open) -> None:
    server = serve(echo)
    client = open_client(server.url)
    near = client.near_keys()
    for key in (*near, "", "another-key"):
        client.send("GET", "/", caller=Caller.STRANGER, key=key)
    client.send("GET", "/", headers=[("x-api-KEY", "a-second-key")])
    assert [heard.header("x-api-key") for heard in server.heard][:-1] == [*near, "", "another-key"]
    assert server.heard[-1].all("x-api-key") == ["a-second-key", OWNER]
    for key in (*near, "another-key", "a-second-key", OWNER[:-1]):
        assert key not in str(client.journal)
    assert all(exchange.request.headers == () for exchange in client.journal)


def test_near_keys_resemble_the_owners_and_are_nobodys(open_client: Open) -> None:
    near = open_client("http://localhost").near_keys()
    assert near[:3] == (OWNER + "x" * 200, OWNER[:-1], OWNER.swapcase())
    assert len(near[3]) == len(OWNER)
    assert near[4:-2] == (f'"{OWNER}"', OWNER.replace("-", ""), f"{OWNER} , nobody, {OWNER}")
    assert near[-2][:-1] == OWNER[:-1]
    assert near[-1] == f"{OWNER[:-1]}%"
    assert not {OWNER, OTHER} & set(near)
    assert open_client("http://localhost").near_keys() == near


def test_extra_headers_that_hold_secrets_are_masked(serve: Serve, open_client: Open) -> None:
    server = serve(echo)
    client = open_client(server.url, network__headers={"Authorization": "Basic c2VjcmV0", "X-Team": "charging"})
    exchange = client.send("GET", "/")
    assert server.heard[0].header("authorization") == "Basic c2VjcmV0"
    assert exchange.answer is not None
    assert b"c2VjcmV0" not in exchange.answer.body
    assert b"charging" in exchange.answer.body


def test_an_extra_header_may_be_blank(serve: Serve, open_client: Open) -> None:
    server = serve(echo)
    open_client(server.url, network__headers={"X-Token": " "}).send("GET", "/")
    assert server.heard[0].header("x-token") == ""


@pytest.mark.parametrize("password", ["pass@word", "pass%40word", "pass:word", "pass%2Fword"])
def test_the_password_of_a_proxy_is_masked_whatever_it_holds(serve: Serve, open_client: Open, password: str) -> None:
    proxy = serve(lambda heard: answer(407, f"{heard.header('proxy-authorization')} {unquote(password)}".encode()))
    client = open_client("http://api.example", network__proxy=f"http://me:{password}@127.0.0.1:{proxy.port}")
    exchange = client.send("GET", "/")
    assert proxy.heard
    assert exchange.answer is not None
    assert exchange.answer.body == b"Basic *** ***"


def test_every_spelling_is_masked() -> None:
    masker = Masker(['k/"ey+&\\=0123456789'])
    for text in ('a k/"ey+&\\=0123456789 b', "a k%2F%22ey%2B%26%5C%3D0123456789 b", 'a k/\\"ey+&\\\\=0123456789 b'):
        assert masker.text(text) == "a *** b"
        assert masker.bytes(text.encode()) == b"a *** b"


def test_a_short_key_does_not_spoil_longer_words() -> None:
    masker = Masker(["fleet", "abc", ""])
    assert masker.text('{"fleetId": "fleet", "abc": "fleet-1"}') == '{"fleetId": "***", "abc": "***-1"}'
    assert Masker(["a-key-of-sixteen"]).text("xa-key-of-sixteenx") == "x***x"


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret("abc")
    assert (str(secret), repr(secret), f"{secret}", secret.reveal()) == ("***", "Secret(***)", "***", "abc")
    assert len({secret, Secret("abc"), Secret("b")}) == 2
    assert secret != "abc"
