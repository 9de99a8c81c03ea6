"""No key is ever in what is kept."""

import html
import json
import re
import time
from collections.abc import Callable
from functools import reduce
from itertools import product
from urllib.parse import quote, quote_plus, unquote

import pytest

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.untested import Untested
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.network.preflight import NotThisApi
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


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/fleets/CODE-2024/invitation?of=CODE-2024", "/fleets/***/invitation?of=***"),
        ("/fleets/%43ODE%2d2024/rename", "/fleets/***/rename"),
        ("/fleets/a%2FCODE%2D2024/rename?x=%20", "/fleets/a%2F***/rename?x=%20"),
        ("/fleets/%ff%43ODE-2024", "/fleets/%ff***"),
        ("/fleets/%ffCODE-2024", "/fleets/%ff***"),
        (r'{"of": "\u0043ODE\u002D2024"}', '{"of": "***"}'),
        (r'{"of": "XCODE-2024\n"}', r'{"of": "XCODE-2024\n"}'),
        (r'{"of": "x\nCODE-2024"}', r'{"of": "x\n***"}'),
        ("/fleets/%zz%43ODE-20240", "/fleets/%zz%43ODE-20240"),
    ],
)
def test_a_secret_is_masked_whichever_characters_of_it_are_escaped(path: str, masked: str) -> None:
    assert Masker(["CODE-2024"]).text(path) == masked


def test_an_heir_learns_what_is_learnt_and_keeps_its_own() -> None:
    heir = Masker(["CODE2024"])
    masker = Masker([OWNER], heir)
    masker.learn(OTHER)
    assert heir.text(f"{OWNER} {OTHER} CODE2024") == "*** *** ***"
    assert masker.text(f"{OTHER} CODE2024") == "*** CODE2024"


CODE = "FLEET2024ABC"


def test_what_a_client_tells_has_no_invitation_code(serve: Serve, open_client: Open) -> None:
    """A judge sees the codes, and nobody else: those of the target file, and those that were shown since."""
    shown = "SHOWN2024XYZ"
    client = open_client(
        serve(lambda _: answer(200, f'[{{"code": "{shown}"}}]'.encode())).url,
        fixtures__fleet_with_codes="acme",
        fixtures__active_codes=[CODE],
    )
    exchange = client.send("GET", "/emp/v1/fleets/acme/invitation")
    assert exchange.answer is not None
    assert shown.encode() in exchange.answer.body
    assert client.told.text(f"{CODE} {shown} {OWNER}") == "*** *** ***"


def test_what_came_between_is_told_without_the_codes_in_the_path(serve: Serve, open_client: Open) -> None:
    client = open_client(
        serve(lambda _: answer(502)).url, fixtures__fleet_with_codes="acme", fixtures__active_codes=[CODE]
    )
    padding = "x" * (75 - len("/emp/v1/fleets//"))
    with pytest.raises(Untested) as told:
        Api(client, "m4rk", "").send("GET", f"/emp/v1/fleets/{padding}/{CODE}")
    assert str(told.value).startswith(f"GET /emp/v1/fleets/{padding}/***: a gateway")
    with pytest.raises(Untested) as told:
        Api(client, "m4rk", "").require(client.send("GET", "/"), f"the fleet {CODE}")
    assert str(told.value) == "the server refused the setup: the fleet *** was answered 502"


def test_a_first_look_that_fails_tells_no_code(serve: Serve, open_client: Open) -> None:
    page = answer(404, f"<html><title>{CODE}</title></html>".encode(), Content_Type="text/html")
    client = open_client(serve(lambda _: page).url, fixtures__fleet_with_codes="acme", fixtures__active_codes=[CODE])
    with pytest.raises(NotThisApi, match=r"an HTML page “\*\*\*”"):
        client.preflight()


def test_a_secret_beyond_ascii_is_masked_however_it_is_escaped() -> None:
    secret = "k\u00e9y-\U0001f511-2024"
    masker = Masker([secret])
    for text in (secret, quote(secret), json.dumps(secret)[1:-1], f"k%c3%A9y-{secret[4:]}", rf"\u006b{secret[1:]}"):
        assert masker.text(f"<{text}>") == "<***>"


def test_a_large_body_full_of_escapes_is_masked_in_a_moment() -> None:
    masker = Masker([OWNER, OTHER, *(f"CODE{number}" for number in range(200))])
    begun = time.process_time()
    assert masker.bytes(rb'"%20\n\u0041",' * 150_000 + b"%6fwners-key-0123456789").endswith(b",***")
    assert time.process_time() - begun < 10


def each(written: str) -> Callable[[str], str]:
    """Return what writes each character that is no letter or digit in a way of its own."""
    return lambda text: re.sub("[^A-Za-z0-9]", lambda found: written.format(found[0], ord(found[0])), text)


WRITERS: dict[str, Callable[[str], str]] = {
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
    "JSON in ASCII": each(r"\u{1:04x}"),
    "JavaScript": each(r"\x{1:02X}"),
    "JavaScript of 2015": each(r"\u{{{1:x}}}"),
    "JSON for HTML": lambda text: re.sub("[<>&'+]", lambda found: rf"\u{ord(found[0]):04X}", json.dumps(text)[1:-1]),
    "a URL": lambda text: quote(text, safe=""),
    "a path": quote,
    "a form": quote_plus,
    "escape()": each("%u{1:04x}"),
    "HTML": html.escape,
    "HTML in hexadecimal": each("&#x{1:02X};"),
    "HTML in decimal": each("&#{1:03d};"),
    "HTML by names": lambda text: html.escape(text).replace("/", "&sol;").replace("=", "&equals;"),
    "a shell": each(r"\{0}"),
}
ODD = """k/ey+of=the\\own'er"&<0 1>"""


@pytest.mark.parametrize("secret", ["abcd/efgh/ijkl/mnop=", ODD, "ab/2+c=", "a%2Fb\\u0041&amp;c/d", "x\\ny%zz/\\z"])
def test_a_secret_is_masked_however_it_is_escaped_and_escaped_again(secret: str) -> None:
    masker = Masker([secret])
    for writers in (*product(WRITERS.values(), repeat=1), *product(WRITERS.values(), repeat=2)):
        text = reduce(lambda written, write: write(written), writers, secret)
        assert masker.text(f'{{"m": "bad key {text}"}}') == '{"m": "bad key ***"}'


@pytest.mark.parametrize("writer", WRITERS)
def test_a_secret_is_masked_that_is_escaped_three_times(writer: str) -> None:
    text = WRITERS[writer](WRITERS[writer](WRITERS[writer](ODD)))
    assert Masker([ODD]).text(f"<{text}>") == "<***>"


def test_what_is_escaped_around_a_secret_stays_as_it_is() -> None:
    masker = Masker(["ab/cd+ef"])
    assert masker.text(r'"\u0022\/ab\/cd\u002bef\u0022\/ &amp; ab/cd%2Bef%2F"') == r'"\u0022\/***\u0022\/ &amp; ***%2F"'
    assert masker.text(r"xab\/cd+ef ab\/cd+efx \/ab\/cd") == r"xab\/cd+ef ab\/cd+efx \/ab\/cd"


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        (
            "a-key-of-the-owner-0001",
            'fleetName "abc a-key-of-the-ow"… (140 characters)',
            'fleetName "abc ***"… (140 characters)',
        ),
        ("a-key-of-the-owner-0001", "abc a-ke… and a-key-of… more", "abc ***… and ***… more"),
        ("a-key-of-the-owner-0001", "abc a-k… and a-key-of", "abc a-k… and a-key-of"),
        ("a-key-of-the-owner-0001", "abca-key-of…", "abc***…"),
        ("schl\u00fcssel-des-Eigners", '"schl\\u00fcss"… (130 characters)', '"***"… (130 characters)'),
        ("schl\u00fcssel-des-Eigners", "/fleets/schl%C3%BCss… (300 characters)", "/fleets/***… (300 characters)"),
        ("fleet-key", "fleetfleet…", "fleetfleet…"),
        ("fleet-key", "my fleet-k…", "my ***…"),
        ("abcd/efgh/ijkl/mnop=", r"bad abcd\/efgh\/…", "bad ***…"),
        ("abcd/efgh/ijkl/mnop=", "bad abcd\\\\/efgh\\…", "bad ***…"),
        ("abcd/efgh/ijkl/mnop=", "bad abcd&#x2F;efgh&#x…", "bad ***…"),
        ("abcd/efgh/ijkl/mnop=", "bad abcd%252Fefgh%25…", "bad ***…"),
    ],
)
def test_what_is_left_of_a_secret_where_a_text_was_cut_is_masked(secret: str, text: str, masked: str) -> None:
    assert Masker([secret]).text(text) == masked
