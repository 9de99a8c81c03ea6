"""The page at the terminal: counts first, failures next, one screen where all is well; and what goes on meanwhile."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from fleet_contract.contract_tests.exchange import Caller, Exchange, Request
from fleet_contract.contract_tests.reports.console import open_console, say
from fleet_contract.contract_tests.reports.html import to_html
from fleet_contract.contract_tests.reports.markdown import to_markdown
from fleet_contract.contract_tests.reports.page import print_report
from fleet_contract.contract_tests.reports.progress import Progress
from fleet_contract.contract_tests.reports.summary import untested, where_it_goes, worst_first
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report, Shown
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.waivers import Waiver
from fleet_contract.spec.catalogue import Basis
from fleet_contract.spec.dialect import UNKNOWN
from fleet_contract.spec.files import Contradiction

from .harness import command, judged, mock

SCREEN = 24  # lines of the smallest terminal that anybody has
BROKEN = ("delete-is-accepted", "second-create-overwrites")  # implied, stated
STATED, IMPLIED = "fleets.id-is-unique", "http.wrong-methods-are-refused"


def page(report: Report, width: int = 80, **shown: bool) -> str:
    out = StringIO()
    asked = replace(report.settings, shown=Shown(**shown))
    terminal: dict[str, Any] = {"force_terminal": True, "color_system": None}
    print_report(replace(report, settings=asked), open_console(file=out, width=width, **terminal))
    return out.getvalue()


@pytest.fixture(scope="module")
def conforming() -> Report:
    with mock() as url:
        return judged(url)


@pytest.fixture(scope="module")
def broken() -> Report:
    with mock(*BROKEN) as url:
        return judged(url)


def test_a_run_that_conforms_takes_one_screen(conforming: Report) -> None:
    for width in (80, 120):
        lines = page(conforming, width).splitlines()
        assert len(lines) <= SCREEN
        assert max(map(len, lines)) <= width
    assert page(conforming).splitlines()[-1].startswith("CONFORMS: ")


def test_the_counts_come_first_then_failures_the_worst_first_then_the_outcome(broken: Report) -> None:
    said = page(broken)
    places = [
        said.index(each)
        for each in (
            "73 requirements: 2 failed, ",
            "fleets      ✗",
            f"✗ {STATED} stated",
            f"✗ {IMPLIED} implied",
            "\nuntested\n",
            "\ndialect ",
            "\nfootprint ",
            "\nBREAKS: 2 failed, ",
        )
    ]
    assert places == sorted(places)
    assert [each.requirement.basis for each in worst_first(broken)] == [Basis.STATED, Basis.IMPLIED]


def test_passes_and_the_dialect_are_shown_on_request(broken: Report) -> None:
    ids = {each.requirement.id for each in broken.results}
    said = page(broken)
    assert {id for id in ids if id in said} < ids
    assert "create.status = 201" not in said
    assert "create.status = 201" in page(broken, dialect=True)
    verbose = page(broken, verbose=True)
    assert {id for id in ids if id in verbose} == ids
    assert "create.status = 201" in verbose


def test_one_thing_is_counted_as_one(conforming: Report) -> None:
    lone = replace(
        conforming,
        results=conforming.results[:1],
        footprint=replace(conforming.footprint, requests=1, fleets_created=(), keys_created=()),
        dialect={"create.status": "201", "key.status": UNKNOWN},
        disturbances=("the server did not answer: 1 of 1 requests",),
    )
    said = page(lone)
    for each in ("1 requirement: ", "dialect 1 question read, 1 unknown", "footprint 1 request in "):
        assert each in said
    assert "\ndisturbed the server did not answer: 1 of 1 requests\n" in said
    assert "\n1 request in " in to_markdown(value_of(lone))
    assert "<p>1 request in " in to_html(value_of(lone))


def test_the_footprint_names_what_no_search_for_the_mark_would_find(conforming: Report) -> None:
    mark = "0d3ced9f"
    fleets = (f"ct-{mark}-001", f"ct_{mark}_neighbour", "0222096799001", f"CT-{mark.upper()}-077-CASE")
    keys = (f"CT-{mark.upper()}-K001", "00222096799002")
    made = replace(conforming.footprint, fleets_created=fleets, keys_created=keys)
    said = page(replace(conforming, mark=mark, footprint=made), 400)
    assert f"; 4 of these have an id of another form: {', '.join((*fleets[1:], keys[1]))}" in said
    one = replace(made, fleets_created=fleets[:1])
    said = page(replace(conforming, mark=mark, footprint=one), 400)
    assert "; 1 of these has an id of another form: 00222096799002" in said
    none = replace(one, keys_created=keys[:1])
    assert "another form" not in page(replace(conforming, mark=mark, footprint=none), 400)


def test_a_quiet_run_prints_failures_and_the_outcome(broken: Report, conforming: Report) -> None:
    assert len(page(conforming, quiet=True).splitlines()) == 1
    said = page(broken, quiet=True)
    assert re.findall(r"^✗ (\S+)", said, re.MULTILINE) == [STATED, IMPLIED]
    assert said.splitlines()[-1].startswith("BREAKS: 2 failed, ")


def test_what_is_untested_is_grouped_by_its_reason(broken: Report) -> None:
    for reason, ids in untested(broken).items():
        assert ids
        assert not reason.startswith("test_")


def test_what_needs_fixtures_is_told_once_for_each_need_in_all_forms() -> None:
    with mock() as url:
        report = judged(url, target=None, FLEET_API_KEY="demo-key")
    value = value_of(report)
    for form in (page(report), to_markdown(value), to_html(value)):
        text = " ".join(re.sub(r"<[^>]*>|[`\\]", "", form).split())
        assert len(re.findall(r"needs fixtures\.location(?! and)", text)) == 1
        assert "needs other_api_key or fixtures.foreign_fleet" in text
        assert "go in the target file or the environment: see fleet-contract entries." in text


def test_nothing_is_said_of_fixtures_where_none_is_missing() -> None:
    assert where_it_goes(["needs --depth standard", "needs --allow-writes"]) == ""
    assert where_it_goes(["needs --depth standard, or --depth quick and fixtures.location"])


def test_a_failure_that_does_not_count_comes_last_and_is_told_shortly(broken: Report) -> None:
    waiver = Waiver(STATED, "Ticket 1", "QA", date(2999, 1, 1))
    waived = replace(broken, settings=replace(broken.settings, gate=Gate(broken.settings.depth, waivers=(waiver,))))
    said = page(waived)
    assert said.index(f"✗ {IMPLIED} implied") < said.index(f"✗ {STATED} stated, waived\n  expected ")
    assert f"waiver {STATED}: waived until 2999-01-01 by QA: Ticket 1" in " ".join(said.split())
    assert "replay   (" in page(waived, verbose=True).split(f"✗ {STATED} stated")[-1]


def test_words_are_wrapped_on_a_terminal_and_lines_stay_whole_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    said, written = StringIO(), StringIO()
    text = "word " * 30 + "[b]\\[red][/]"
    say(open_console(file=said, width=40, force_terminal=True, color_system=None), text, 2, 2)
    say(open_console(file=written, width=40), text, 2)
    lines = said.getvalue().splitlines()
    assert lines[0].startswith("  word")
    assert all(line.startswith("    ") and len(line) <= 40 for line in lines[1:])
    assert said.getvalue().split() == written.getvalue().split()
    assert written.getvalue().count("\n") == 1
    assert written.getvalue().endswith("[red]\n")


def test_no_color_is_heard(conforming: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    colours = "\x1b[32m"
    for no_colour in (False, True):
        if no_colour:
            monkeypatch.setenv("NO_COLOR", "1")
        out = StringIO()
        print_report(conforming, open_console(file=out, force_terminal=True, color_system="standard"))
        assert (colours in out.getvalue()) is not no_colour


def test_quiet_and_verbose_contradict_each_other() -> None:
    with pytest.raises(Contradiction, match="--quiet contradicts --verbose"):
        read_settings("http://localhost", {"quiet": True, "verbose": True})


# --- while it runs ---

EXCHANGE = Exchange(1, "test_it", Request("GET", "/", Caller.OWNER), 0.0, 0.1)


def followed(console: Console, *what: str, **how: Any) -> None:
    progress = Progress(console, **how)
    with progress.shown(*what):
        progress.planned(3)
        for _ in range(2):
            progress.exchanged(EXCHANGE)
            progress.ended()


def test_a_file_gets_a_line_now_and_then() -> None:
    out = StringIO()
    followed(open_console(file=out), every=0.0)
    assert out.getvalue().splitlines()[-1] == "0 s: judging: 2 of 3 checks, 2 requests"
    followed(open_console(file=out), "minimising failures", "done", every=0.0)
    assert out.getvalue().splitlines()[-1] == "0 s: minimising failures: 2 of 3 done, 2 requests"
    out = StringIO()
    followed(open_console(file=out))
    assert out.getvalue() == ""


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    def clock() -> Iterator[float]:
        now = 0.0
        while True:
            now += 1.0
            yield now

    ticking = clock()
    monkeypatch.setattr("fleet_contract.contract_tests.reports.progress.time.monotonic", lambda: next(ticking))


@pytest.mark.usefixtures("seconds")
def test_a_terminal_gets_a_bar_of_which_nothing_is_left() -> None:
    out = StringIO()
    followed(open_console(file=out, force_terminal=True, width=80))
    drawn = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", out.getvalue())
    assert "2/3 checks, 2 requests" in drawn
    assert out.getvalue().endswith("\x1b[1A\x1b[2K")


def test_a_quiet_run_says_nothing_meanwhile() -> None:
    out = StringIO()
    followed(open_console(file=out, force_terminal=True), quiet=True, every=0.0)
    assert out.getvalue() == ""


def test_the_command_says_little_where_it_is_asked_to() -> None:
    with mock() as url:
        said = command("run", url, "--depth", "quick", "--only", "access", "--quiet", FLEET_API_KEY="demo-key")
    assert re.fullmatch(r"CONFORMS: \d+ passed at quick depth\.\n", said.output)
