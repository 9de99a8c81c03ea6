"""Every way out of a report: nothing of what was sent or answered is told with an invitation code or a key in it."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.driving.untested import Reason, SkipReason
from fleet_contract.contract_tests.exchange import Answer, Exchange
from fleet_contract.contract_tests.exploring.exploration import Asked, Explored
from fleet_contract.contract_tests.exploring.printing import print_exploration
from fleet_contract.contract_tests.exploring.records import Sighting
from fleet_contract.contract_tests.hidden import codes_in
from fleet_contract.contract_tests.judging.excuses import excuses
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.judge import Judgement
from fleet_contract.contract_tests.judging.races.findings import operation_of
from fleet_contract.contract_tests.network.disturbance import disturbances
from fleet_contract.contract_tests.network.ledger import Footprint
from fleet_contract.contract_tests.programs.program import Program
from fleet_contract.contract_tests.recorded.concluding import Recorded, concluded
from fleet_contract.contract_tests.replays.replay import Known
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.formats import FORMATS
from fleet_contract.contract_tests.reports.page import print_report
from fleet_contract.contract_tests.reports.redacted import exchange_value
from fleet_contract.contract_tests.reports.value import message_of, value_of
from fleet_contract.contract_tests.running.runs import Report, Settings, Shown
from fleet_contract.contract_tests.running.verdicts import CheckResult
from fleet_contract.contract_tests.session.of_a_run import with_replays
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Target

from .harness import judged, mock
from .histories import FLEETS, HELD, JSON, History

KEY, GIVEN, SHOWN, BARE = "owners-key-0123456789", "GIVEN2024ABC", "SHOWN2024XYZ", "BARE2024QRS"
ENCODED = "".join(f"%{ord(each):02X}" for each in SHOWN)
SECRETS = (KEY, GIVEN, SHOWN, BARE, ENCODED)
EACH = " ".join(SECRETS[:-1])
BROKEN, RACED, CAUSED = "http.never-a-server-error", "fleets.overlapping-calls-fit-an-order", "rename.keeps-the-id"


def history() -> History:
    """Return exchanges that hold secrets wherever one can stand."""
    made = History()
    made.history.facts = replace(made.history.facts, fixtures=replace(HELD, active_codes=(GIVEN,)))
    made.codes("acme", answer=[{"code": SHOWN}])
    made.codes("acme", answer={"codes": [BARE]})
    headers = (*JSON, ("Location", f"/x/{ENCODED}"), ("X-Request-Id", EACH), ("X-Odd", EACH))
    for id in (GIVEN, SHOWN, BARE, KEY, ENCODED, "x" * 60 + "-" + SHOWN):
        made.rename(id, EACH, 500, answer={"detail": EACH}, sent=headers, got=headers)
    made.add("PATCH", f"/other/{SHOWN}?of={GIVEN}&{ENCODED}", EACH.encode(), 500, answer=EACH.encode())
    made.add("PUT", f"{FLEETS}/{SHOWN}/rename", {"newName": "x"}, 0)
    return made


def with_trouble(exchange: Exchange) -> Exchange:
    return exchange if exchange.answer else replace(exchange, trouble=f"it sent {EACH}")


def findings(made: History) -> Iterator[Finding]:
    for each in made.exchanges[2:]:
        yield Finding(BROKEN, False, (each.number,), f"no {EACH}", f"id {EACH}")
    race = [operation_of(each, "renamed", each.ended) for each in made.exchanges[2:8]]
    yield Finding(RACED, False, tuple(each.number for each in race), "some order", "none", operations=tuple(race))


@pytest.fixture(scope="module")
def report() -> Report:
    made = history()
    broken = list(findings(made))
    settings = Settings(Target("http://a.example"))
    explained = {Finding(CAUSED, False, (4,)): {BROKEN: 4}}
    for number, each in enumerate(made.exchanges):
        made.exchanges[number] = with_trouble(each)
    mixed = {"create.status": "mixed"}
    judgement = Judgement(made.history, [*broken, *explained], mixed, explained)
    masker = Masker([KEY])
    notes = [*disturbances(made.exchanges, Masker(SECRETS)), f"something with {EACH}"]
    return concluded(settings, judgement, Recorded(datetime.now(UTC), notes, masker, error=f"KeyError: {EACH}"))


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.lower() in text.lower()]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("recorded", [True, False])
def test_no_form_of_a_report_tells_a_secret(report: Report, form: str, recorded: bool) -> None:
    made = FORMATS[form](replace(report, recorded=recorded))
    if isinstance(made, bytes):
        with zipfile.ZipFile(io.BytesIO(made)) as packed:
            made = "\n".join(packed.read(name).decode() for name in packed.namelist())
    assert told(made) == []
    assert form == "write-expect" or "***" in made


@pytest.mark.parametrize("how", [{}, {"verbose": True}, {"quiet": True}, {"github": True}, {"dialect": True}])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_terminal_is_told_no_secret(report: Report, how: dict[str, Any], recorded: bool) -> None:
    out = io.StringIO()
    shown = replace(report, recorded=recorded, settings=replace(report.settings, shown=Shown(**how)))
    print_report(shown, open_console(file=out, width=200))
    assert told(out.getvalue()) == []
    assert "***" in out.getvalue()


def test_a_report_tells_what_was_masked(report: Report) -> None:
    """The reasons and messages are those of the report, for whoever asks it from a program."""
    texts = [*map(message_of, report.results), *report.reasons, *report.disturbances]
    texts += [each.error or each.reason for each in report.ran]
    assert told(repr(texts)) == []
    assert f"{BROKEN} (request 4, PUT {FLEETS}/***/rename, answered 500)" in repr(texts)


def test_what_a_check_came_to_is_told_without_secrets() -> None:
    why = Reason(SkipReason.DISTURBED, f"it said {EACH}", call=("GET", f"/{'x' * 75}/{SHOWN}/{ENCODED}"))
    ran = CheckResult("test_it", (), why, EACH).masked(Masker(SECRETS))
    assert told(repr(ran)) == []
    assert ran.reason.startswith(f"GET /{'x' * 75}/***: it said ***")


def test_an_exploration_tells_no_secret(tmp_path: Path) -> None:
    made = history()
    *_, last = made.exchanges
    found = Finding(BROKEN, False, (last.number - 1,), "no code", f"{GIVEN} {SHOWN} {BARE}")
    target = Target("http://a.example", fixtures=made.history.facts.fixtures)
    sighting = Sighting(Program(()), found, made.history, alone=True)
    asked = Asked(Settings(target), 1, programs=1, save=tmp_path)
    explored = Explored(asked, [sighting], [None], [], (), 1, Footprint(1, 1.0, (), ()), "", "")
    out = io.StringIO()
    print_exploration(explored, ["run"], open_console(file=out, width=200))
    assert "got      *** *** ***" in out.getvalue()
    assert [each for each in told(out.getvalue()) if each != KEY] == []


def test_neither_a_run_nor_a_replay_tells_a_secret() -> None:
    """The name of a member stands for a code: the mock tells it, and so does the judge."""
    with mock("rename-answers-without-the-name") as url:
        before = judged(url, only=("rename",), FLEET_INACTIVE_CODES="fleetName")
        report = with_replays(before)
    assert "was answered no ***" in repr([message_of(each) for each in before.results])
    (result,) = (each for each in report.results if each.failures)
    assert report.replay(result).known is Known.SHORTENED
    assert "no ***" in message_of(result)
    value = value_of(report)
    (told,) = (each for each in value["requirements"] if each["failures"])
    assert told["reproduce"]
    texts = (told["message"], told["got"], told["expected"], told["reproduce"], value["exchanges"])
    assert "fleetName" not in repr(texts)


# --- what may hold a code that nobody has read ---


UNREAD = "GEHEIM2024XYZ"
HIDDEN_HEADERS = [
    (302, "Location", f"/join/{UNREAD}"),
    (200, "Link", f"</join/{UNREAD}>; rel=join"),
    (201, "X-Invitation", UNREAD),
    (200, "Content-Disposition", f"attachment; filename={UNREAD}.json"),
]
SHOWN_HEADERS = [
    (200, "Content-Type", "text/csv"),
    (200, "X-Request-Id", "7f"),
    (200, "X-RateLimit-Remaining", "7"),
    (302, "Retry-After", "7"),
    (404, "Link", "</help>; rel=help"),
]


@pytest.mark.parametrize(("status", "name", "value"), HIDDEN_HEADERS + SHOWN_HEADERS)
def test_a_header_that_may_hold_a_code_is_not_shown(status: int, name: str, value: str) -> None:
    shown = exchange_value(codes_with(Answer(status, ((name, value),))), 0.0, Masker())["response"]
    assert shown["headers"] == [[name, "***" if (status, name, value) in HIDDEN_HEADERS else value]]


def test_headers_of_other_responses_are_shown() -> None:
    exchange = replace(History().page(), answer=Answer(302, (("Location", "/elsewhere"),)))
    assert exchange_value(exchange, 0.0, Masker())["response"]["headers"] == [["Location", "/elsewhere"]]


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (302, f"Moved to /join/{UNREAD}", f"*** ({len(UNREAD) + 15} bytes that are no JSON)"),
        (303, f'{{"{UNREAD}": "{UNREAD}"}}', '{"*** 1": "***"}'),
        (404, '{"code": "no-codes"}', '{"code": "no-codes"}'),
    ],
)
def test_the_body_of_a_redirect_to_codes_is_not_shown(status: int, body: str, shown: str) -> None:
    exchange = codes_with(Answer(status, (), body.encode()))
    assert exchange_value(exchange, 0.0, Masker())["response"]["body"] == shown


def test_something_in_front_of_a_list_of_codes_is_told_by_its_kind() -> None:
    page = codes_with(Answer(200, (("Content-Type", "text/plain"),), f"code {UNREAD}".encode()))
    assert excuses([page], examined=False)(page) == "a text"


def codes_with(answer: Answer) -> Exchange:
    return replace(History().codes("acme"), answer=answer)


# --- which codes are known -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ([{"code": "A"}, {"code": "B", "more": 1}], {"A", "B"}),
        (["A", ["B"]], {"A", "B"}),
        ({"codes": [{"code": "A"}], "code": "B"}, {"A", "B"}),
        ([{"code": 7}, None, True], {"7"}),
        ([12345678, [[{"code": [87654321.0]}]]], {"12345678", "87654321"}),
        ({"FLEET2024ABC": {"active": True, "createdAt": "2030-01-01"}, "x-1": None}, {"FLEET2024ABC", "x-1"}),
        ({"codes": {"first": {"Code": "A"}}, "fleetId": "acme", "page_size": 10}, {"A"}),
        ({"codes": "A"}, {"A"}),
        ("A", {"A"}),
        (b"no JSON", set()),
        (b"[" * 200 + b'"A"' + b"]" * 200, {"A"}),
    ],
)
def test_codes_are_known_in_whatever_form_they_are_listed(answer: Any, codes: set[str]) -> None:
    assert set(codes_in(History().codes("acme", answer=answer))) == codes


ASKS: dict[str, Callable[[History], Exchange]] = {
    "codes": lambda history: history.codes("acme", answer=["A"]),
    "a slash": lambda history: history.add("GET", f"{FLEETS}/acme/invitation/?x=1", answer=["A"]),
    "encoded": lambda history: history.add("GET", f"{FLEETS}/acme/%49nvitation", answer=["A"]),
    "refused": lambda history: history.codes("acme", 404, answer=["A"]),
    "other": lambda history: history.add("GET", f"{FLEETS}/acme", answer=["A"]),
}


@pytest.mark.parametrize("which", ASKS)
def test_codes_are_those_of_what_was_asked_for_codes(which: str) -> None:
    assert bool(list(codes_in(ASKS[which](History())))) is (which != "other")


@pytest.mark.parametrize(
    ("refusal", "codes"),
    [
        ([{"code": "SECRET"}], {"SECRET"}),
        (["SECRET", 12345], {"SECRET", "12345"}),
        ({"error": {"invitationCodes": ["SECRET"]}}, {"SECRET"}),
        ({"codes": [{"code": "SECRET", "active": True}]}, {"SECRET"}),
        ({"codes": "SECRET"}, {"SECRET"}),
        ({"codes": {"SECRET-1": True}, "message": "It is forbidden."}, {"SECRET-1"}),
        ({"code": "NOT_FOUND"}, set()),
        ({"error": {"code": "NOT_FOUND"}}, set()),
        ({"errors": ["NOT_FOUND"], "messages": [["gone"]]}, set()),
        ({"errors": [{"code": "NOT_FOUND", "field": "id"}]}, set()),
        ([{"code": "NOT_FOUND", "text": "There is no such fleet."}], set()),
        (["There is no such fleet."], set()),
        ("NOT_FOUND", set()),
    ],
)
def test_a_refusal_to_list_codes_may_show_some_beside_what_is_wrong(refusal: Any, codes: set[str]) -> None:
    assert set(codes_in(History().codes("acme", 500, answer=refusal))) == codes


def test_an_id_that_is_listed_as_a_code_is_no_secret() -> None:
    assert set(codes_in(History().codes("acme corp", answer=[{"code": "acme corp"}, {"code": "SECRET"}]))) == {"SECRET"}
