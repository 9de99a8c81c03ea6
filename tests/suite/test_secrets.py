"""Secrets: no artefact of a run has an API key, an invitation code, a token of a command, or what opens a charger."""

import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from fleet_contract.contract_tests.target.options import REPORTS
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.seed import default_seed

from .harness import SEED, mock, process

KEYS = ("owners-secret-key-0123456789", "others-secret-key-0123456789")
TOKEN = "token-that-a-command-gave"
CODES = ("FLEET2024ABC", "FLEET2024XYZ", "OLD2019")
# The reports of failures quote what was sent and answered: a wrong list of codes, a leaked key, a list of keys.
LEAKING = ("inactive-codes-are-listed-too", "the-visual-number-is-the-identifier")


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
    identifiers = [each.identifier for each in default_seed().charging_keys]
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
    written = artefacts(out)
    assert ended.returncode == 1
    reports = {each.name for each in REPORTS if each.name != "bundle"}
    assert {"ledger.jsonl", "summary.md", "stdout", "bundle/report.html", *reports} <= set(written)
    secrets = (*KEYS, TOKEN, *CODES, *identifiers)
    assert identifiers
    assert [(name, secret) for name, text in written.items() for secret in secrets if secret in text] == []
