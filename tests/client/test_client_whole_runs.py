"""Whole runs of the suite: through a real proxy to a host that is not loopback, over TLS with a private authority."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme
import uvicorn
from rich.console import Console

from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.running.verdicts import Outcome
from fleet_contract.contract_tests.session.session import begin, run_checks
from fleet_contract.mock_server.app import build
from fleet_contract.mock_server.listening import listen
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import config

from .proxies import proxying


@contextmanager
def mock_over_tls(certificate: trustme.LeafCert) -> Iterator[int]:
    """Serve the default mock over TLS on a free port, and give the port."""
    (listener,) = listen("127.0.0.1", 0)
    settings = config(build(parts()), None)
    settings.load()
    settings.ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(settings.ssl)
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def judged_through_a_proxy(folder: Path, *lines: str) -> Report:
    """Judge a mock behind a proxy and a private authority at quick depth; `lines` are more of the target file."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    target = folder / "target.toml"
    with mock_over_tls(authority.issue_cert("staging.example")) as port, proxying(folder) as proxy:
        head = [f'base_url = "https://staging.example:{port}"', 'api_key = "demo-key"', *lines]
        network = ["[network]", 'ca_file = "ca.pem"', f'proxy = "http://127.0.0.1:{proxy}"']
        target.write_text("\n".join([*head, "[limits]", "requests_per_second = 0", *network]))
        settings, _ = read_settings(None, {"target": str(target), "depth": "quick", "ledger": str(folder / "ledger")})
        report = run_checks(begin(settings, Console(quiet=True)))
    assert report is not None
    return report


def test_a_run_goes_through_a_proxy_to_a_host_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    report = judged_through_a_proxy(tmp_path, 'other_api_key = "other-key"', "allow_writes = true")
    assert report.outcome is Outcome.CONFORMS
    assert report.judged > 50
    entries = [json.loads(line) for line in (tmp_path / "ledger").read_text().splitlines()]
    fleets = [entry["name"] for entry in entries if entry["made"] == "fleet"]
    assert tuple(fleets) == report.footprint.fleets_created


def test_without_leave_to_write_nothing_is_written_and_nothing_is_concluded(tmp_path: Path) -> None:
    report = judged_through_a_proxy(tmp_path)
    assert {exchange.request.method for exchange in report.history.exchanges} == {"GET"}
    assert report.outcome is Outcome.INCONCLUSIVE
    assert report.judged > 5
    assert not report.footprint.fleets_created
