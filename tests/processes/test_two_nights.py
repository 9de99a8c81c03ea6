"""Two nights against a staging system with a dialect and faults, behind a TLS proxy and a prefix, as the docs say."""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import trustme

from fleet_contract.contract_tests.target.earlier import MOST_NEW
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.seed import parse_seed
from proof.mutants import MUTANTS
from tests.client.servers import Heard, Server, serving
from tests.suite.fronts import passed_on
from tests.suite.harness import SEED, clean_environment, mock

DIALECT = {"create.status": "200", "duplicate.status": "400", "access.missing-key": "403", "error.body": "message"}
WAIVED = ("rename-accepts-a-name-of-255-characters", "a-key-is-disabled-by-default")
FIXED = "rename-cuts-names"
PREFIX, HOST = "/drive", "staging.example"


class Staging:
    """A mock behind a TLS proxy: it may be replaced by one with other faults, which holds what the first one held."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._upstream = ""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "staging-ca.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(context)
        self.proxy: Server = stack.enter_context(serving(self._pass_on, context))

    def begin(self, *faults: str) -> None:
        """Serve a mock with these faults in place of the one before, if any."""
        state = self._state() if self._upstream else ""

        def edit(made: Parts) -> None:
            made.base_path = PREFIX
            if state:
                made.seed = parse_seed(state, "state.json")

        self._upstream = self._stack.enter_context(mock(*faults, settings=DIALECT, edit=edit))

    def _state(self) -> str:
        root = self._upstream.removesuffix(PREFIX)
        with urlopen(f"{root}{PREFIX}/_mock/state") as answer:  # noqa: S310
            return str(answer.read().decode())

    def _pass_on(self, heard: Heard) -> bytes:
        return passed_on(urlsplit(self._upstream).port or 0, heard)


@contextmanager
def staging(folder: Path) -> Iterator[Staging]:
    with ExitStack() as stack:
        yield Staging(stack, folder)


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Call `fleet-contract` as the docs say, in a folder of its own; what it printed is shown where a test fails."""
    with clean_environment(COLUMNS="120", FLEET_API_KEY="demo-key", FLEET_OTHER_API_KEY="other-key"):
        called = [sys.executable, "-m", "fleet_contract.contract_tests", *words]
        done = subprocess.run(called, cwd=folder, capture_output=True, text=True, check=False)
    sys.stdout.write(f"$ fleet-contract {' '.join(words)}\n{done.stdout}{done.stderr}[exit code {done.returncode}]\n")
    return done


def write_target(folder: Path, port: int) -> None:
    fixtures = SEED.read_text(encoding="utf-8").partition("[fixtures]")[2]
    (folder / "staging.toml").write_text(f"""\
base_url = "https://{HOST}:{port}{PREFIX}"
api_key = "env:FLEET_API_KEY"
other_api_key = "env:FLEET_OTHER_API_KEY"
allow_writes = true
reuse = true

[network]
ca_file = "staging-ca.pem"
resolve = ["{HOST}:{port}:127.0.0.1"]

[limits]
requests_per_second = 0

[fixtures]{fixtures}""")


def write_waivers(folder: Path, ids: list[str]) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    tables = (
        f'[[waivers]]\nid = "{id}"\nreason = "The vendor fixes it."\nowner = "Platform team"\nuntil = {until}\n'
        for id in ids
    )
    (folder / "waivers.toml").write_text("\n".join(tables))


def broken_by(*faults: str) -> list[str]:
    return sorted({id for fault in faults for id in MUTANTS[fault].breaks})


@pytest.mark.timeout(600)
def test_the_first_night_is_red_and_the_second_green_with_few_fleets(tmp_path: Path) -> None:
    with staging(tmp_path) as server:
        server.begin(*WAIVED, FIXED)
        write_target(tmp_path, server.proxy.port)
        assert command(tmp_path, "doctor", "--target", "staging.toml").returncode == 0
        first = command(tmp_path, "run", "--target", "staging.toml", "--json", "last-night.json")
        write_waivers(tmp_path, broken_by(*WAIVED))
        server.begin(*WAIVED)
        waiving = ("--waivers", "waivers.toml")
        second = command(tmp_path, "run", "--target", "staging.toml", *waiving, "--json", "tonight.json")
    change = command(tmp_path, "diff", "last-night.json", "tonight.json")
    red, green = (json.loads((tmp_path / name).read_text()) for name in ("last-night.json", "tonight.json"))
    failed = [each["id"] for each in red["requirements"] if each["verdict"] == "failed"]
    assert (first.returncode, sorted(failed)) == (1, broken_by(*WAIVED, FIXED))
    assert (second.returncode, green["outcome"], green["counts"]["waived"]) == (0, "conforms", len(broken_by(*WAIVED)))
    assert len(green["footprint"]["fleets_created"]) <= MOST_NEW < len(red["footprint"]["fleets_created"])
    assert len(green["footprint"]["fleets_reused"]) >= 10
    assert change.returncode == 0
    assert all(id in change.stdout for id in broken_by(FIXED))
