"""Which signs tell an intermediary's responses from the API's own, and which tell nothing."""

import pytest

from fleet_contract.contract_tests.exchange import Answer
from fleet_contract.contract_tests.network.intermediary import Signs, page_of


def answered(status: int = 200, body: bytes = b"{}", **headers: str) -> Answer:
    return Answer(status, tuple((name.replace("_", "-"), value) for name, value in headers.items()), body)


@pytest.mark.parametrize(
    ("usual", "seen", "sign"),
    [
        ({"Server": "uvicorn"}, {"Server": "AkamaiGHost"}, "Server: AkamaiGHost"),
        ({"Server": "nginx/1.24.0"}, {"Server": "nginx/1.27.1 (Ubuntu)"}, ""),
        ({"Server": "uvicorn"}, {}, ""),
        ({}, {"Server": "cloudflare"}, "Server: cloudflare"),
        ({"Via": "1.1 4f2a.cdn.example (CDN)"}, {"Via": "1.1 9c1b.cdn.example (CDN)"}, ""),
        ({"Via": "1.1 squid-01"}, {"Via": "1.1 squid-02"}, ""),
        ({"Via": "1.1 google"}, {"Via": "1.1 google, 1.1 gateway.corp"}, "Via: 1.1 google, 1.1 gateway.corp"),
        ({"CF_RAY": "1"}, {"CF_RAY": "2"}, ""),
        ({}, {"x_amzn_ErrorType": "ForbiddenException"}, "the header x-amzn-ErrorType"),
        ({}, {"WWW_Authenticate": "Bearer", "Allow": "GET", "Retry_After": "1", "Location": "/"}, ""),
        ({}, {"X_Error_Code": "7", "Cache_Control": "no-store", "Connection": "close", "Date": "x"}, ""),
        ({}, {"Server": "\x1b[2J"}, r"Server: \x1b[2J"),
    ],
)
def test_a_sign_is_what_no_success_of_the_api_carried(usual: dict[str, str], seen: dict[str, str], sign: str) -> None:
    signs = Signs()
    signs.learn(answered(200, b"{}", **usual))
    assert signs.unusual(answered(403, b"{}", **seen)) == sign


def test_where_no_success_was_seen_nothing_is_unusual() -> None:
    assert Signs().unusual(answered(403, Server="cloudflare")) == ""
    assert Signs().mitigation(answered(403, cf_mitigated="challenge")) == "cf-mitigated: challenge"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (b"<html><title>Blocked (Ray 8f0c1d)</title>a", b"<html><title>Blocked (Ray 77aa01)</title>b", True),
        (b"<html><title>Blocked</title>", b"<html><title>Not Found</title>", False),
        (b"error code: 1020", b"error code: 1015", True),
        (b"", b"", True),
    ],
)
def test_pages_of_one_source_are_one_page_whatever_numbers_they_hold(one: bytes, other: bytes, is_same: bool) -> None:
    pages = [page_of(answered(403, each), is_told=True) for each in (one, other)]
    assert (pages[0] == pages[1]) is is_same


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (answered(200, b"code GEHEIM2024XYZ"), "a text"),
        (answered(200, b"<html><title>GEHEIM2024XYZ</title>"), "an HTML page"),
        (answered(302, b"", Location="/join/GEHEIM2024XYZ"), "a redirect"),
        (answered(200, b""), "an empty body"),
    ],
)
def test_a_page_that_is_not_to_be_told_is_told_by_its_kind_and_is_the_same_page(answer: Answer, shown: str) -> None:
    page = page_of(answer, is_told=False)
    assert page is not None
    assert (page, page.shown) == (page_of(answer, is_told=True), shown)


@pytest.mark.parametrize(
    "answer",
    [
        answered(201, b'{"fleetId": "a"}', Content_Type="text/html"),
        answered(400, b"{}", Content_Type="application/problem+json"),
        answered(200, b'{"cut off', Content_Type="application/json"),
        answered(403, b"null", Content_Type="text/plain"),
        answered(204, b""),
        answered(304, b""),
    ],
)
def test_json_is_no_page_however_it_is_declared_and_neither_is_nothing(answer: Answer) -> None:
    assert page_of(answer, is_told=True) is None
