"""What stands between is not the API: its responses are blamed on nobody, and the API's own are never excused."""

from collections.abc import Iterator

import pytest

from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Outcome
from tests.client.servers import RESET, Heard, answer
from tests.suite.fronts import Instead, fronted, page
from tests.suite.harness import failed, judged, mock

FEW = (
    "create.accepts",
    "create.refuses-an",
    "rename.accepts",
    "rename.refuses",
    "keys.list",
    "fleets.id-finds",
    "http.never",
)
FORBIDDEN = b'{"message":"Forbidden"}'
ON = 12  # the request at which something begins to answer in the API's place


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with mock() as url:
        yield url


def seen(url: str, instead: Instead, only: tuple[str, ...] = FEW, **always: str) -> Report:
    with fronted(url, instead, **always) as front:
        return judged(front.url, only=only)


STRANGERS = {
    "a challenge": page(403, Server="cloudflare", cf_mitigated="challenge"),
    "a challenge that says 202": page(202, x_amzn_waf_action="challenge"),
    "a challenge that says 429": page(429, Server="cloudflare", cf_mitigated="challenge"),
    "a challenge that says 503": page(503, Server="cloudflare", cf_mitigated="challenge"),
    "a page that says 403": page(403),
    "a page that says 200": page(200, "Sign in"),
    "a page that says 202": page(202),
    "a page that says 406": page(406, "Not Acceptable"),
    "a page of another server": page(404, "404 Not Found", Server="nginx"),
    "a line of text": answer(403, b"error code: 1020", Content_Type="text/plain"),
    "a log-in elsewhere": answer(302, b"", Location="https://sso.example/login?next=%2F"),
    "a log-in here": answer(303, b"", Location="/login"),
    "a log-in that keeps the method": answer(307, b"", Location="/login"),
    "a gateway's JSON": answer(403, FORBIDDEN, Server="awselb/2.0"),
    "a gateway's JSON through another hop": answer(401, FORBIDDEN, Via="1.1 gateway.example"),
    "a gateway's JSON with its header": answer(403, FORBIDDEN, x_amzn_ErrorType="ForbiddenException"),
}


@pytest.mark.parametrize("said", STRANGERS.values(), ids=STRANGERS)
def test_what_something_before_the_api_answers_is_blamed_on_nobody(api: str, said: bytes) -> None:
    report = seen(api, lambda number, _: said if number >= ON else None, CF_RAY="8f0c1d2e3f4a5b6c-FRA")
    assert failed(report) == set()
    assert report.outcome is Outcome.INCONCLUSIVE
    (told,) = report.disturbances
    status = said.split()[1].decode()
    assert told.startswith(f"something before the API answered {status} in its place (")
    assert "the first of them request 1" in told


@pytest.mark.parametrize("first", [12, 25, 60])
@pytest.mark.parametrize("requests", [1, 2, 9])
def test_a_page_for_a_while_is_blamed_on_nobody(api: str, first: int, requests: int) -> None:
    """Wherever it begins and however soon it is over, though it has no sign."""
    report = seen(api, lambda number, _: page(403) if first <= number < first + requests else None)
    assert failed(report) == set()


@pytest.mark.parametrize("requests", [2, 3])
def test_what_is_sent_only_to_tell_responses_apart_breaks_nothing(api: str, requests: int) -> None:
    """A page that hides a fleet looks like a delay, and so may what is sent to look at it be a page."""
    renames: list[int] = []

    def hide(number: int, heard: Heard) -> bytes | None:
        renames.extend([number] if heard.method == "PUT" else [])
        return page(404, "Not Found") if renames and number < renames[0] + requests else None

    assert failed(seen(api, hide)) == set()


def test_one_page_now_and_then_is_passed_over(api: str) -> None:
    report = seen(api, lambda number, _: page(403) if number % 40 == 20 else None)
    assert report.outcome is Outcome.CONFORMS
    assert report.disturbances


@pytest.mark.parametrize("said", [answer(502, b""), answer(504, b""), RESET], ids=["502", "504", "reset"])
def test_rare_troubles_do_not_use_up_the_budget(api: str, said: bytes) -> None:
    # Neither hits calls that overlap, whose check would be driven again as a whole.
    report = seen(api, lambda number, _: said if number % 150 == 90 else None, only=())
    assert report.outcome is Outcome.CONFORMS
    assert report.judged == 72
    assert report.disturbances


def test_a_page_for_writes_alone_is_blamed_on_nobody(api: str) -> None:
    report = seen(api, lambda number, heard: page(403) if number >= ON and heard.method != "GET" else None)
    assert failed(report) == set()
    assert report.outcome is Outcome.INCONCLUSIVE


# --- the API's own ---


def test_router_errors_in_html_are_the_apis_own(api: str) -> None:
    """A framework that answers what matches no operation with a page conforms."""

    def route(_: int, heard: Heard) -> bytes | None:
        ends = heard.path.partition("?")[0].rpartition("/")[2]
        is_known = ends in ("fleets", "rename", "invitation", "charging-keys") or "/locations/" in heard.path
        return None if is_known else page(404, "404 Not Found")

    report = seen(api, route, only=("http", "create", "access"))
    assert failed(report) == set()
    assert report.outcome is Outcome.CONFORMS


def test_a_layer_of_another_name_may_refuse_what_may_be_refused(api: str) -> None:
    """Nginx before the API answers 414 for a path that is too long: that is allowed, whoever says it."""
    said = page(414, "414 Request-URI Too Large", Server="nginx")
    report = seen(api, lambda _, heard: said if len(heard.path) > 120 else None, only=("rename",))
    assert failed(report) == set()
    assert report.outcome is Outcome.CONFORMS


FAULTS = {
    "creates answered with a page": lambda _, heard: page(403) if heard.method == "POST" else None,
    "creates answered with a page that says 200": lambda _, heard: page(200) if heard.method == "POST" else None,
    "renames that lead to a log-in": lambda _, heard: answer(302, Location="/login") if heard.method == "PUT" else None,
    "one wrong error for all": lambda number, _: answer(403, b'{"error":"no"}') if number >= ON else None,
    "a wrong error now and then": lambda number, _: answer(403, b'{"error":"no"}') if number % 9 == 0 else None,
    "a server error now and then": lambda number, _: page(500, "Internal Server Error") if number % 9 == 0 else None,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_apis_failure_is_never_excused(api: str, fault: Instead) -> None:
    report = seen(api, fault)
    assert report.outcome is Outcome.BREAKS


def test_a_failure_is_not_excused_that_is_gone_once_its_fleet_was_changed_to_compare(api: str) -> None:
    """What is sent to see whose a response is renames the fleet: to the present name it is renamed no more."""
    names: dict[str, bytes] = {}

    def fail(_: int, heard: Heard) -> bytes | None:
        if heard.method != "PUT":
            return None
        before, names[heard.path] = names.get(heard.path), heard.body
        return page(409, "Nothing to do") if before == heard.body else None

    assert failed(seen(api, fail, only=("rename.accepts-a-valid-name",))) == {"rename.accepts-a-valid-name"}


def test_a_faulty_api_behind_a_network_that_signs_everything_is_not_excused(api: str) -> None:
    refusal = page(403, "Forbidden", Server="cloudflare", Via="1.1 9c1b.cdn.example", CF_RAY="2")
    with fronted(
        api,
        lambda _, heard: refusal if heard.method == "PUT" else None,
        Server="cloudflare",
        Via="1.1 4f2a.cdn.example",
        CF_RAY="1",
    ) as front:
        report = judged(front.url, only=FEW)
    assert report.outcome is Outcome.BREAKS


def test_what_turns_out_later_to_be_wrong_is_excused_where_it_looks_like_an_intermediarys(api: str) -> None:
    """A refusal that is allowed as long as little is known is no failure later, if another server sent it."""
    said = answer(403, FORBIDDEN, Server="awselb")
    report = seen(api, lambda _, heard: said if "/fleets/ct_" in heard.path else None, only=())
    assert failed(report) == set()
    assert report.outcome is Outcome.INCONCLUSIVE
    assert any("Server: awselb" in line for line in report.disturbances)
