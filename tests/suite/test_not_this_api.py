"""A base URL where nothing of this API lives is told from a few reads; a server that has a part of it is judged."""

import json
from pathlib import Path

import pytest

from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.running.verdicts import Outcome, Verdict
from tests.client.servers import Heard, answer

from .answering import Says, answering
from .fronts import fronted
from .harness import SEED, command, judged, mock, verdicts

JSON, HTML = "application/json", "text/html; charset=utf-8"
MOST_READS = 12


def always(status: int, body: str, media_type: str = JSON) -> Says:
    return lambda *_: (status, media_type, body.encode())


def framework(_: str, path: str) -> tuple[int, str, bytes]:
    told = {"timestamp": "2026-11-29T06:50:00.123+00:00", "status": 404, "error": "Not Found", "path": path}
    return 404, JSON, json.dumps(told).encode()


def cannot(method: str, path: str) -> tuple[int, str, bytes]:
    return 404, HTML, f"<!DOCTYPE html><title>Error</title><pre>Cannot {method} {path}</pre>".encode()


def echo(method: str, path: str) -> tuple[int, str, bytes]:
    return 200, JSON, json.dumps({"method": method, "url": path, "keys": None}).encode()


def without_resource(_: str, path: str) -> tuple[int, str, bytes]:
    resource = path.partition("?")[0].rpartition("/")[2]
    return 404, JSON, json.dumps({"message": f"Resource '{resource}' does not exist"}).encode()


KINDS: dict[str, tuple[Says, str]] = {
    "another JSON API": (always(404, '{"detail": "Not Found"}'), "404 with a JSON object of detail"),
    "a framework that repeats the path": (framework, "404 with a JSON object of timestamp, status, error, path"),
    "a gateway without this route": (always(403, '{"message": "Missing Authentication Token"}'), "403"),
    "a store of files": (always(403, "<Error><Code>AccessDenied</Code></Error>", "application/xml"), "403"),
    "a framework that names the last segment": (without_resource, "404 with a JSON object of message"),
    "keys of another kind": (always(200, '{"keys": [{"kty": "RSA"}]}'), "200 with a JSON object of keys"),
    "no keys, whatever is asked for": (always(200, '{"keys": []}'), "200 with a JSON object of keys"),
    "an API with keys of its own": (always(401, '{"error": "unauthorized"}'), "401"),
    "an empty object": (always(200, "{}"), "200 with an empty JSON object"),
    "an empty array": (always(200, "[]"), "200 with a JSON array"),
    "a health check": (always(200, "ok", "text/plain"), "200 with a text “ok”"),
    "a web application": (always(200, "<html><title>Welcome</title>", HTML), "200 with an HTML page “Welcome”"),
    "a static site": (always(404, "<html><title>404</title>", HTML), "404 with an HTML page “404”"),
    "a server of pages that repeats the path": (cannot, "404 with an HTML page “Error”"),
    "an echo": (echo, "200 with a JSON object of method, url, keys"),
    "a server of remote calls": (always(405, '{"error": "POST only"}'), "405 with a JSON object of error"),
    "a server that wants something else": (always(400, '{"error": "no query"}'), "400 with a JSON object of error"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_of_this_api_is_nothing_is_created_and_nothing_passes(kind: str, tmp_path: Path) -> None:
    says, seen = KINDS[kind]
    asked: list[str] = []

    def noted(method: str, path: str) -> tuple[int, str, bytes]:
        asked.append(method)
        return says(method, path)

    with answering(noted) as url:
        ended = command("run", url, "--json", str(tmp_path / "report.json"), FLEET_API_KEY="a-key")
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert set(asked) == {"GET"}
    assert len(asked) <= MOST_READS
    assert f"returned {seen}" in ended.stderr
    assert (
        "as does any unknown path. Check the prefix: the part of BASE_URL before /emp/v1 (such as /drive)."
        in ended.stderr
    )
    assert "key" in ended.stderr.partition("as does any")[0] + ended.stderr.partition("the prefix")[2]
    report = json.loads((tmp_path / "report.json").read_text())
    assert {each["verdict"] for each in report["requirements"]} == {Verdict.UNTESTED.value}


@pytest.mark.parametrize("prefix", ["/wrong", "/emp"])
def test_a_wrong_prefix_is_told(prefix: str) -> None:
    with mock() as url:
        ended = command("run", f"{url}{prefix}", "--target", str(SEED))
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert f"No Fleet Management API was found at {url}{prefix}: GET /emp/v1/charging-keys returned 404" in ended.stderr
    assert "Check the prefix: the part of BASE_URL before /emp/v1 (such as /drive)." in ended.stderr


PARTS: dict[str, tuple[str, ...]] = {
    "fleets alone": ("/fleets", "/rename", "/invitation"),
    "charging keys alone": ("/charging-keys",),
    "renames alone": ("/rename",),
    "codes alone": ("/invitation",),
    "locations alone": ("/v1/locations/loc-001", "/v1/locations/loc-002"),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_server_that_has_a_part_is_judged_by_it(part: str) -> None:
    missing = answer(404, b'{"detail": "Not Found"}')

    def route(_: int, heard: Heard) -> bytes | None:
        return None if heard.path.partition("?")[0].endswith(PARTS[part]) else missing

    with mock() as url, fronted(url, route) as front:
        report = judged(front.url)
    assert report.outcome is Outcome.BREAKS
    assert Verdict.PASSED in verdicts(report).values()
