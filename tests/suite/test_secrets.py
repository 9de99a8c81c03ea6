"""Secrets: no artefact of a run has an API key, an invitation code, a token of a command, or what opens a charger.

Nor has any of traffic that others sent.
"""

import json
import re
import signal
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from fleet_contract.contract_tests.target.options import REPORTS
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.seed import default_seed
from tests.independent.server import create_app, serve
from tests.independent.variants.keys import KEPT, Keyset

from .harness import SEED, mock, process, started

KEYS = ("owners-secret-key-0123456789", "others-secret-key-0123456789")
TOKEN = "token-that-a-command-gave"
CODES = ("FLEET2024ABC", "FLEET2024XYZ", "OLD2019")
# The reports of failures quote what was sent and answered: a wrong list of codes, a leaked key, a list of keys.
LEAKING = ("inactive-codes-are-listed-too", "keys-have-no-end")


# What one exchange shows broken, with codes and with what opens chargers in its body.
SHOWING = ("codes-are-wrapped", "keys-are-listed-without-enabled")


def artefacts(folder: Path) -> dict[str, str]:
    """Return every file below a folder, with what zip files hold, as text."""
    found: dict[str, str] = {}
    for file in (each for each in folder.rglob("*") if each.is_file()):
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                found |= {f"{file.name}/{name}": _text(packed.read(name)) for name in packed.namelist()}
        else:
            found[file.name] = _text(file.read_bytes())
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def with_our_keys(made: Parts) -> None:
    """Give the organizations of the seed keys that are no words."""
    made.seed = replace(made.seed, keys=dict(zip(KEYS, made.seed.keys.values(), strict=True)))


def write_target(folder: Path, url: str) -> Path:
    fixtures = SEED.read_text(encoding="utf-8").partition("[fixtures]")[2]
    program = f"print('{TOKEN}')"
    file = folder / "target.toml"
    file.write_text(f"""\
base_url = "{url}"
api_key = "env:FIRST"
other_api_key = "env:SECOND"
[network.headers]
X-Token = {{ command = ["{sys.executable}", "-c", "{program}"], scheme = "Bearer" }}
[fixtures]{fixtures}""")
    return file


@pytest.mark.parametrize("fault", LEAKING)
def test_no_artefact_holds_a_secret(fault: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    options = [word for each in REPORTS for word in (f"--{each.name}", str(out / each.name))]
    with mock(fault, edit=with_our_keys) as url:
        target = write_target(tmp_path, url)
        ended = process(
            *("run", "--target", str(target), "--depth", "quick", "--verbose", "--dialect", "--github", "--reuse"),
            *("--ledger", str(out / "ledger.jsonl"), *options),
            FIRST=KEYS[0],
            SECOND=KEYS[1],
            GITHUB_STEP_SUMMARY=str(out / "summary.md"),
        )
    (out / "stdout").write_text(ended.stdout)
    (out / "stderr").write_text(ended.stderr)
    assert ended.returncode == 1
    reports = {each.name for each in REPORTS if each.name != "bundle"}
    assert {"ledger.jsonl", "summary.md", "stdout", "bundle/report.html", *reports} <= set(artefacts(out))
    assert secrets_in(out) == []


class Lying(Keyset):
    """Leaves out the first key of each page but the first, and lets an identifier lead to the next one."""

    def page(self, keys: list[dict[str, Any]], after: str) -> list[dict[str, Any]]:
        return keys[1:] if after else keys


def test_no_artefact_holds_an_identifier_that_is_a_cursor(tmp_path: Path) -> None:
    drive, out = Lying(), tmp_path / "out"
    options = forms(out)
    with serve(create_app(drive)) as url:
        ended = process("run", url, "--depth", "standard", "--verbose", *options, FLEET_API_KEY="one-key")
    (out / "stdout").write_text(ended.stdout + ended.stderr)
    assert ended.returncode == 1
    assert "keys.pages-list-each-key-once" in ended.stdout
    assert len(drive.keys) > KEPT
    texts = {name: text.casefold() for name, text in artefacts(out).items()}
    assert [(name, each) for name, text in texts.items() for each in drive.keys if each.casefold() in text] == []


def secrets_in(folder: Path) -> list[tuple[str, str]]:
    """Return which artefacts below a folder hold which secrets."""
    identifiers = [each.identifier for each in default_seed().charging_keys]
    assert identifiers
    secrets = (*KEYS, TOKEN, *CODES, *identifiers)
    return [(name, secret) for name, text in artefacts(folder).items() for secret in secrets if secret in text]


# --- what others send ----------------------------------------------------------------------------


ASKED = ("fleets/acme-corp-001/invitation", "charging-keys?fleetId=acme-corp-001", f"fleets/{CODES[0]}/invitation")


def forms(folder: Path) -> list[str]:
    """Return the options of all reports that traffic has."""
    folder.mkdir()
    return [word for each in REPORTS for word in (f"--{each.name}", str(folder / each.name))]


def asked(address: str, url: str) -> str:
    """Ask as a client would, and return the archive that its own tool would write: nothing is masked in it."""
    found = [entry for path in ASKED for entry in entries(f"{address}/emp/v1/{path}")]
    return json.dumps({"log": {"version": "1.2", "entries": found}}).replace(address, url)


def entries(url: str) -> Sequence[dict[str, Any]]:
    made = []
    for number, key in enumerate(KEYS):
        try:
            with urlopen(Request(url, headers={"X-API-Key": key})) as answer:  # noqa: S310
                status, text = answer.status, answer.read().decode()
        except HTTPError as refused:
            status, text = refused.code, refused.read().decode()
        content = {"size": len(text), "mimeType": "application/json", "text": text}
        response = {"status": status, "content": content}
        response["headers"] = [{"name": "Content-Type", "value": "application/json"}]
        request = {"method": "GET", "url": url, "headers": [{"name": "X-API-Key", "value": key}], "bodySize": 0}
        moment = f"2030-01-01T00:00:0{number}.000Z"
        made.append({"startedDateTime": moment, "time": 5, "request": request, "response": response})
    return made


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("fault", SHOWING)
def test_no_artefact_of_what_others_sent_holds_a_secret(fault: str, tmp_path: Path) -> None:
    watched, judged, archive = tmp_path / "watched", tmp_path / "judged", tmp_path / "raw.har"
    with mock(fault, edit=with_our_keys) as url:
        options = ("--target", str(write_target(tmp_path, url)), "--verbose", "--dialect", "--github")
        given = {"FIRST": KEYS[0], "SECOND": KEYS[1]}
        summary = str(watched / "summary.md")
        arguments = ("watch", "--port", "0", *options, *forms(watched))
        with started(*arguments, **given, GITHUB_STEP_SUMMARY=summary) as running:
            assert running.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+(?= to)", running.stdout.readline())
            assert address
            archive.write_text(asked(address[0], url))
            running.send_signal(signal.SIGINT)
            (watched / "stdout").write_text("".join(running.communicate(timeout=60)))
        ended = process("judge", str(archive), *options, *forms(judged), **given)
    (judged / "stdout").write_text(ended.stdout + ended.stderr)
    assert all(secret in archive.read_text() for secret in (*KEYS, *CODES[:2])), "the archive has them"
    assert (running.returncode, ended.returncode) == (1, 1)
    for folder in (watched, judged):
        assert {"stdout", "html", "har", "bundle/report.html"} <= set(artefacts(folder))
        assert secrets_in(folder) == []
