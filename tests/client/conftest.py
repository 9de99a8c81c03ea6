"""Servers and clients that end with the test that asked for them."""

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import trustme

from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.target_file import read_target

from .servers import Script, Server, answer, serving

Serve = Callable[..., Server]
Open = Callable[..., Client]
TlsFor = Callable[..., ssl.SSLContext]


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("FLEET_"):
            monkeypatch.delenv(name)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def serve(stack: ExitStack) -> Serve:
    """Start a server that answers what a script says; `200 {}` without one."""

    def start(script: Script = lambda _: answer(), tls: ssl.SSLContext | None = None) -> Server:
        return stack.enter_context(serving(script, tls))

    return start


def target(base_url: str, **entries: Any) -> Target:
    """Return a target with the key `owners-key-0123456789`; `limits__max_fleets` is limits.max_fleets."""
    given = {name.replace("__", "."): value for name, value in entries.items()}
    keys = {"FLEET_API_KEY": "owners-key-0123456789", "FLEET_OTHER_API_KEY": "others-key-0123456789"}
    return read_target(None, {"base_url": base_url, **given}, keys)


@pytest.fixture
def open_client(stack: ExitStack) -> Open:
    """Open a client for a base URL; further words are entries of the target or the client's own."""

    def start(base_url: str, **words: Any) -> Client:
        own = {name: words.pop(name) for name in ("ledger", "clock", "on_exchange", "breaks") if name in words}
        return stack.enter_context(Client(target(base_url, **words), mark="m4rk", **own))

    return start


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def tls_for(authority: trustme.CA) -> TlsFor:
    """Return a server's TLS with a certificate for these names."""

    def context(*names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        return context

    return context
