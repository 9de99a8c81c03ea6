"""Trust: which authorities are believed, and which certificate we show when a server asks for one."""

import ssl
from pathlib import Path

from fleet_contract.contract_tests.target.target import Network
from fleet_contract.spec.files import Contradiction

CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def trusting(network: Network) -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and those of network.ca_file; raises Contradiction."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # some distributions leave that to a file of OpenSSL
    if network.ca_file:
        try:
            context.load_verify_locations(cafile=network.ca_file)
        except OSError as wrong:  # SSLError is one
            raise Contradiction(
                f"network.ca_file {network.ca_file} cannot be used: {wrong.strerror or wrong}. "
                f"Expected certificates in PEM form. Correct the path, or leave the entry out."
            ) from None
    return context


def showing_our_certificate(network: Network) -> ssl.SSLContext:
    """Return such a context that shows network.client_cert to a server that asks; raises Contradiction."""
    context = trusting(network)
    if network.client_cert:
        try:
            context.load_cert_chain(network.client_cert, network.client_key, password=_no_passphrase)
        except (OSError, _Locked) as wrong:
            files = f"network.client_cert {network.client_cert}{_beside(network)}"
            raise Contradiction(
                f"{files} cannot be used: {_reason(wrong, network.client_cert)}. "
                f"Expected the certificate and its private key in PEM form, in one file or with the key in "
                f"network.client_key. Correct the path, or leave the entry out."
            ) from None
    return context


class _Locked(Exception):
    """A private key is protected by a passphrase; OpenSSL would ask the terminal for it."""


def _no_passphrase() -> str:
    raise _Locked("the private key has a passphrase, and the suite does not ask for it; store the key without one")


def _beside(network: Network) -> str:
    return f" with network.client_key {network.client_key}" if network.client_key else ""


def _reason(wrong: Exception, file: Path) -> str:
    if not isinstance(wrong, ssl.SSLError):
        return getattr(wrong, "strerror", None) or str(wrong)
    if wrong.reason == "KEY_VALUES_MISMATCH":
        return "the private key does not belong to the certificate"
    return "no private key is in it" if CERTIFICATE in file.read_bytes() else "no certificate is in it"
