"""Manners: what a run costs and says beforehand, what it leaves behind, and where it does not write."""

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.left_behind import COLUMNS, read_ledger, written
from fleet_contract.contract_tests.network.budget import longest_run
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.formats import FORMATS
from fleet_contract.contract_tests.reports.page import print_report
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from fleet_contract.contract_tests.session.planning import Plan, plan_of
from fleet_contract.contract_tests.target.depths import PRICES, UNSHOWN, Depth
from fleet_contract.contract_tests.target.target import Fixtures, Network, Target
from fleet_contract.spec.files import Contradiction
from tests.client.servers import Heard, answer

from .fronts import fronted
from .harness import SEED, command, failed, judged, mock, verdicts

# --- smoke ---


def test_smoke_judges_most_that_one_fleet_shows() -> None:
    with mock() as url:
        report = judged(url, "smoke")
    assert report.outcome is Outcome.CONFORMS
    price = PRICES[Depth.SMOKE]
    assert (price.requests, price.fleets, price.keys) == (40, 1, 0)
    assert report.footprint.requests <= price.requests
    assert len(report.footprint.fleets_created) == 1
    assert report.footprint.keys_created == ()
    assert sum(verdict == Verdict.PASSED for verdict in verdicts(report).values()) >= 39


def test_smoke_sends_nothing_more_where_something_fails() -> None:
    with mock("rename-cuts-names", "inactive-codes-are-listed-too") as url:
        report = judged(url, "smoke")
    assert failed(report) >= {"invitation.lists-only-active-codes"}
    assert report.footprint.requests <= PRICES[Depth.SMOKE].requests


def test_what_smoke_cannot_show_is_untested_and_what_it_sees_broken_fails() -> None:
    unshown = UNSHOWN[Depth.SMOKE]
    with mock() as url:
        report = judged(url, "smoke")
    assert {id for id, verdict in verdicts(report).items() if verdict == Verdict.PASSED} & unshown == set()
    for each in report.results:
        if each.requirement.id in unshown:
            assert "needs --depth quick" in each.reason or "needs --depth standard" in each.reason


# --- the plan ---


def test_a_plan_says_what_a_run_would_do_and_sends_nothing() -> None:
    said = command("plan", "https://staging.example/drive", "--depth", "smoke", "--allow-writes")
    assert said.exit_code == 0
    text = " ".join(said.output.split())
    assert "at most 40 requests and creates at most 1 fleet and 0 charging keys" in text
    assert "Almost every fleet is called ct-<mark>-…, almost every charging key CT-<MARK>-…" in text
    assert "It sends at most 10 requests per second. The run ends after at most about 68 s if its first " in text
    assert "no list is shown without a key" in text
    assert re.search(r"needs fixtures\.fleet_with_codes: \d+ more requirements: invitation\.", text)
    assert re.search(r"needs --depth quick: \d+ more requirements: ", text)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            (),
            "No rate limit applies. The run ends after at most about 140 s if its first response takes",
        ),
        (
            ("--requests-per-second", "5"),
            "at most 5 requests per second. The run ends after at most about 380 s if its",
        ),
        (("--max-seconds", "30"), "No rate limit applies. The run ends after at most 30 s."),
    ],
)
def test_a_plan_says_how_long_a_run_takes_and_by_what(given: tuple[str, ...], says: str) -> None:
    assert says in " ".join(command("plan", "http://127.0.0.1:1", *given).output.split())


def test_a_run_whose_first_response_takes_as_long_as_planned_has_the_planned_limit() -> None:
    plan = planned("standard")
    assert plan.latency is not None
    target = plan.settings.target
    assert plan.seconds == longest_run(target.limits, target.rate, plan.latency)


def test_a_plan_without_a_target_has_the_limits_of_each_depth() -> None:
    said = command("plan").output
    for depth, price in PRICES.items():
        assert re.search(rf"{depth.word}\W+{price.requests:,}\W+{price.fleets}\W+{price.keys}\W", said)


def test_a_plan_of_reads_says_what_writes_need() -> None:
    assert "reads only, at most 800 times: writes need --allow-writes." in command("plan", "https://a.example").output


def planned(depth: str, **fixtures: Any) -> Plan:
    settings, _ = read_settings("http://127.0.0.1:1", {"target": SEED, "depth": depth})
    held = replace(settings.target.fixtures, **fixtures)
    return plan_of(replace(settings, target=replace(settings.target, fixtures=held)))


@pytest.mark.parametrize("missing", ["location", "priced_fleet"])
def test_what_would_add_to_a_plan_adds_as_much_as_it_says(missing: str) -> None:
    lacking, lacking_more = planned("standard", **{missing: None}), planned("quick", **{missing: None})
    by_the_fixture = planned("standard").reached - lacking.reached
    assert set().union(*lacking.unlocked.values()) == by_the_fixture
    assert all(missing in reason for reason, ids in lacking.unlocked.items() if ids)
    assert lacking_more.unlocked["needs --depth standard"] == lacking.reached - lacking_more.reached


def test_the_next_depth_adds_all_that_it_reaches_with_what_is_there() -> None:
    nothing = vars(Fixtures())
    smoke, quick = planned("smoke", **nothing), planned("quick", **nothing)
    assert smoke.unlocked["needs --depth quick"] == quick.reached - smoke.reached


# --- the doctor ---


def doctored(url: str, tmp_path: Path, **fixtures: object) -> tuple[int, str]:
    file = tmp_path / "target.toml"
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in fixtures.items())
    file.write_text(f'base_url = "{url}"\napi_key = "demo-key"\nother_api_key = "other-key"\n[fixtures]\n{lines}\n')
    said = command("doctor", "--target", str(file))
    return said.exit_code, " ".join(said.output.split())


WELL = {
    "fleet_with_codes": "acme-corp-001",
    "active_codes": ["FLEET2024ABC", "FLEET2024XYZ"],
    "inactive_codes": ["OLD2019"],
    "fleet_without_codes": "codeless-001",
    "foreign_fleet": "foreign-001",
    "fleet_with_keys": "acme-corp-001",
    "location": "loc-001",
    "priced_fleet": "acme-corp-001",
}


def test_the_doctor_finds_a_right_target_file_well_and_only_reads(tmp_path: Path) -> None:
    heard: list[str] = []

    def noting(_: int, request: Heard) -> None:
        heard.append(request.method)

    with mock() as url, fronted(url, noting) as front:
        code, said = doctored(front.url, tmp_path, **WELL)
    assert (code, "✗" in said) == (0, False), said
    assert said.count("is as the target file says") == 7
    assert set(heard) == {"GET"}
    assert not [code for code in (*WELL["active_codes"], *WELL["inactive_codes"]) if code in said]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {"fleet_with_codes": "codeless-001"},
            (
                'fixtures.fleet_with_codes = "codeless-001": GET /emp/v1/fleets/codeless-001/invitation returned 404, '
                "expected 200 with at least one code. Name a fleet of api_key that has codes."
            ),
        ),
        ({"active_codes": ["FLEET2024ABC"]}, "lists 2 codes: active_codes lacks 1 code. Add what is missing."),
        (
            {"active_codes": ["FLEET2024ABC", "FLEET2024XYZ", "N0"]},
            "lists 2 codes: 1 of the active_codes is not listed. Correct these entries.",
        ),
        (
            {"active_codes": ["FLEET2024XYZ", "N0", "N1"], "inactive_codes": ["FLEET2024ABC"]},
            "2 of the active_codes are not listed and 1 of the inactive_codes is listed.",
        ),
        ({"inactive_codes": [], "active_codes": ["FLEET2024ABC", "FLEET2024XYZ"]}, ""),
        (
            {"fleet_without_codes": "acme-corp-001"},
            "/invitation returned 200, expected 404 or no codes. Name a fleet of api_key without codes.",
        ),
        (
            {"foreign_fleet": "acme-corp-001"},
            "/invitation returned 200, expected 403, or 404 where it has no codes. Name a fleet of the other",
        ),
        ({"fleet_with_keys": "nobody-s"}, "lists 0 keys and no more. Name a fleet of api_key with at least 11 keys."),
        (
            {"location": "nowhere"},
            'fixtures.location = "nowhere": GET /v1/locations/nowhere returned 404, expected 200. Correct',
        ),
        (
            {"priced_fleet": "codeless-001"},
            (
                'fixtures.priced_fleet = "codeless-001": GET /v1/locations/loc-001?fleetId=codeless-001 returned the '
                "default prices, expected others. Name a fleet with prices of its own at this location."
            ),
        ),
    ],
)
def test_the_doctor_says_what_is_wrong(tmp_path: Path, changed: dict[str, object], problem: str) -> None:
    with mock() as url:
        code, said = doctored(url, tmp_path, **{**WELL, **changed})
    assert (code, problem in said) == (2 if problem else 0, True), said


def test_the_doctor_tells_no_key_that_stands_in_the_wrong_entry(tmp_path: Path) -> None:
    with mock() as url:
        code, said = doctored(url, tmp_path, **{**WELL, "priced_fleet": "demo-key"})
    assert (code, "demo-key" in said, 'fixtures.priced_fleet = "***"' in said) == (2, False, True), said


def test_the_doctor_looks_at_the_clock(tmp_path: Path) -> None:
    page = b'{"keys": [{"keyIdentifier": "04AB00000000C1"}]}'
    wrong = answer(200, page, Date="Tue, 01 Jan 2019 00:00:00 GMT")
    with mock() as url, fronted(url, lambda _, heard: wrong if "keys" in heard.path else None) as front:
        code, said = doctored(front.url, tmp_path)
    assert (code, "from this machine's: correct one of them" in said) == (2, True), said


@pytest.mark.parametrize("body", [b"5", b'[{"code": ["X"]}]', b'{"code": "X"}', b"[5]", b"null", b"<p>"])
def test_the_doctor_tells_what_is_no_list_of_codes(tmp_path: Path, body: bytes) -> None:
    with (
        mock() as url,
        fronted(url, lambda _, heard: answer(200, body) if "invitation" in heard.path else None) as front,
    ):
        code, said = doctored(front.url, tmp_path, **WELL)
    assert code == 2
    assert "/invitation returned 200 with something other than codes. Name another fleet" in said
    assert '✗ fixtures.fleet_without_codes = "codeless-001": GET ' in said


@pytest.mark.parametrize("entry", ["foreign_fleet", "priced_fleet"])
def test_the_doctor_takes_no_error_for_what_it_looks_for(tmp_path: Path, entry: str) -> None:
    def failing(_: int, heard: Heard) -> bytes | None:
        is_default = "location" in heard.path and "fleet" not in heard.path.rpartition("?")[2]
        return answer(500, b"{}") if "foreign-001" in heard.path or is_default else None

    with mock() as url, fronted(url, failing) as front:
        code, said = doctored(front.url, tmp_path, **WELL)
    assert (code, f"✗ fixtures.{entry} = " in said, " returned 500, expected " in said) == (2, True, True), said


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "yesterday", "Mon, 99 Jan 2026 00:00:00 GMT"])
def test_the_doctor_knows_no_time_of_an_odd_date(tmp_path: Path, date: str) -> None:
    page = answer(200, b'{"keys": [{"keyIdentifier": "04AB00000000C1"}]}', Date=date)
    with mock() as url, fronted(url, lambda _, heard: page if "keys" in heard.path else None) as front:
        code, said = doctored(front.url, tmp_path)
    assert (code, "the clock is unknown: the response has no Date, or an odd one" in said) == (0, True), said


def test_the_doctor_says_why_it_could_not_look() -> None:
    said = command("doctor", "http://127.0.0.1:9")
    assert (said.exit_code, "the connection failed" in said.output) == (3, True)


# --- the ledger ---


def test_a_run_says_that_reuse_asks_for_a_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with mock() as url:
        plain = command("run", url, "--depth", "smoke", "--only", "access", FLEET_API_KEY="demo-key")
        assert ("ledger" in plain.stdout, list(tmp_path.iterdir())) == (False, [])
        reusing = command("run", url, "--depth", "smoke", "--only", "access", "--reuse", FLEET_API_KEY="demo-key")
    said = "recorded in fleet-contract-ledger.jsonl, where the next run with --reuse finds it."
    assert said in reusing.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["fleet-contract-ledger.jsonl"]


ROWS = (
    {"made": "fleet", "name": "ct-1-001", "certain": True, "base_url": "https://a.example", "mark": "1", "at": "2030"},
    {"made": "fleet", "name": "ct-1-001", "certain": True, "base_url": "https://a.example", "mark": "1", "at": "2031"},
    {"made": "key", "name": "CT-1-k001", "contractId": "=1+1", "certain": False, "base_url": "https://b.example"},
)


def ledger(folder: Path) -> Path:
    file = folder / "ledger.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    return file


def test_the_ledger_lists_what_was_left_behind_by_server(tmp_path: Path) -> None:
    file = ledger(tmp_path)
    said = command("ledger", str(file)).output
    assert said.count("ct-1-001") == 1
    assert "https://b.example\n  0 fleets\n  1 charging key, by what is printed on them\n" in said
    assert "perhaps: the response was lost" in said
    assert "b.example" not in command("ledger", str(file), "--base-url", "https://a.example/").output


def test_the_ledger_is_a_table_that_no_spreadsheet_computes(tmp_path: Path) -> None:
    lines = written(read_ledger(ledger(tmp_path)), "csv").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == 3
    assert ",'=1+1," in lines[2]
    assert json.loads(written(read_ledger(ledger(tmp_path)), "json"))[1]["name"] == "CT-1-k001"


def test_what_a_server_gave_for_a_name_turns_no_line_around(tmp_path: Path) -> None:
    """A lenient server may take any id, and each form for people must show it so that it can be found."""
    odd = "ct-1-\u202eesrever\x1b[2J\n"
    file = tmp_path / "ledger.jsonl"
    rows = (each | {"name": odd, "at": odd, "contractId": odd, "base_url": odd} for each in ROWS)
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    said = command("ledger", str(file)).output
    assert r"ct-1-\u202eesrever\x1b[2J\n" in said
    assert not re.search(r"[\u202e\x1b]", said)
    assert json.loads(command("ledger", str(file), "--form", "json").output)[0]["name"] == odd
    assert next(csv.DictReader(StringIO(command("ledger", str(file), "--form", "csv").output)))["name"] == odd


@pytest.mark.parametrize("form", ["text", "html", "markdown", "json"])
def test_the_ids_of_a_footprint_turn_no_line_around(form: str) -> None:
    odd = "7\u202eesrever\x1b[2J"
    with mock() as url:
        report = judged(url, only=("access",))
    told = replace(report.footprint, fleets_created=(odd,), keys_created=(odd,), fleets_not_found=(odd,))
    made = replace(report, footprint=told)
    if form == "text":
        text = page(made)
        assert r"2 of these have an id of another form: 7\u202eesrever\x1b[2J, 7\u202eesrever" in " ".join(text.split())
    else:
        text = str(FORMATS[form](made))
    assert not re.search(r"[\u202e\x1b]", text)


def page(report: Report) -> str:
    out = StringIO()
    print_report(report, open_console(file=out))
    return out.getvalue()


@pytest.mark.parametrize("text", ["[1]\n", "{half\n", '{"made": "fleet"}\n'])
def test_a_file_that_is_no_ledger_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd"
    file.write_text(text)
    with pytest.raises(Contradiction, match="line 1 is not an entry"):
        read_ledger(file)
    assert command("ledger", str(tmp_path / "nowhere")).exit_code == 2


# --- production ---


@pytest.mark.parametrize(
    ("host", "is_production"),
    [
        ("drive-api.plugsurfing.com", True),
        ("DRIVE-API.plugsurfing.com.", True),
        ("plugsurfing.com", True),
        ("latest.plugsurfing.com", True),
        ("drive-api.backstage.plugsurfing.com", True),
        ("drive-api-stage.plugsurfing.com", False),
        ("drive-api.Staging2.plugsurfing.com.", False),
        ("notplugsurfing.com", False),
        ("plugsurfing.com.example", False),
        ("staging.example", False),
    ],
)
def test_the_vendors_production_needs_a_switch_of_its_own(host: str, is_production: bool) -> None:
    allowed = Target(f"https://{host}/drive", allow_writes=True)
    assert allowed.is_production is is_production
    assert allowed.may_write is not is_production
    assert allowed.lacks_to_write == ("--allow-writes-in-production" if is_production else "")
    assert replace(allowed, allow_writes_in_production=True).may_write
    assert not Target(f"https://{host}/drive", allow_writes_in_production=True).may_write


def test_a_detour_to_production_is_production() -> None:
    network = Network(connect_to=("a.example:443:drive-api.plugsurfing.com:443",))
    assert Target("https://a.example", allow_writes=True, network=network).lacks_to_write


def test_a_run_in_production_says_which_switch_it_lacks() -> None:
    said = command("plan", "https://drive-api.plugsurfing.com/drive", "--allow-writes").output
    assert "writes need --allow-writes-in-production." in " ".join(said.split())


def test_the_page_tells_about_what_smoke_and_quick_cost() -> None:
    page = (SEED.parents[1] / "docs" / "running.md").read_text(encoding="utf-8")
    for depth in ("smoke", "quick"):
        (told,) = re.findall(rf"^\| {depth} \| (\d+) judged: (\d+) requests, (\d+) fleet", page, re.MULTILINE)
        with mock() as url:
            report = judged(url, depth)
        found = (report.judged, report.footprint.requests, len(report.footprint.fleets_created))
        for is_so, said in zip(found, map(int, told), strict=True):
            assert abs(is_so - said) <= max(2, is_so // 20), depth
