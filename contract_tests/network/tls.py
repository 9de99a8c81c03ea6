"""What a failure of TLS means."""

import ssl
from collections.abc import Mapping
from typing import NamedTuple

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.streams import HandshakeFailed
from fleet_contract.contract_tests.network.transport_errors import TransportError
from fleet_contract.contract_tests.process.printable import printable

# The types of TLS's records: RFC 8446 (5.1)
HANDSHAKE, RECORDS = 22, range(20, 24)
# OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h): a new authority helps with those of the first row.
FLAWS: Mapping[int, Cause] = {
    **dict.fromkeys((2, 18, 19, 20, 21), Cause.TRUST),  # who issued it is not known
    **dict.fromkeys((9, 10), Cause.CERTIFICATE_DATE),  # not yet valid, expired
    **dict.fromkeys((62, 64), Cause.TLS_NAME),  # it is for another host name, or another address
    **dict.fromkeys((66, 67, 68), Cause.CERTIFICATE_WEAK),  # its key, or the key or digest of an authority
}


class _Refusal(NamedTuple):
    """What the names of OpenSSL's reasons mean; `{}` is the host's name."""

    reasons: tuple[str, ...]
    cause: Cause
    means: str


# Alerts by which a server refuses a client's certificate, or the lack of one: RFC 8446 (6.2)
_OURS = _Refusal(
    ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_UNSUPPORTED_CERT"),
    Cause.CLIENT_CERTIFICATE,
    "asks for a client certificate, and did not get one that it accepts",
)
_REFUSALS = (
    _OURS,
    # An alert says so, or the server has chosen a version that we do not take.
    _Refusal(
        ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION"),
        Cause.TLS_VERSION,
        "speaks TLS, but neither 1.2 nor 1.3",
    ),
    _Refusal(("UNRECOGNIZED_NAME",), Cause.TLS_NAME, "speaks TLS, but does not know the name {}"),
)
# In TLS 1.2 it stands for the lack of a client's certificate too, where it is not the first thing that a server says.
REFUSAL = "ALERT_HANDSHAKE_FAILURE"


def tls_trouble(wrong: ssl.SSLError, whose: str = "the server", name: str = "", *, sent: bool) -> TransportError:
    """Return what to raise for a failure of TLS with the server, or with a proxy before it, which has spoken TLS."""
    reason = wrong.reason or ""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        cause = FLAWS.get(wrong.verify_code, Cause.CERTIFICATE_UNFIT)
        return TransportError(
            cause, f"{whose}'s certificate is not trusted: {wrong.verify_message.rstrip('.')}", sent=False
        )
    refusal = next((each for each in _REFUSALS if any(word in reason for word in each.reasons)), None)
    if refusal:
        return _refused(refusal, whose, name, reason)
    problem = f"{whose} closed the connection" if isinstance(wrong, ssl.SSLEOFError) else wrong
    return TransportError(Cause.TLS_FAILED, f"TLS failed: {problem}", sent=sent)


def handshake_trouble(failed: HandshakeFailed, whose: str, name: str) -> TransportError:
    """Return what to raise for a handshake that failed with whoever has this name."""
    wrong, first = failed.__cause__, failed.start[:1]
    if first and first[0] not in RECORDS:
        return TransportError(
            Cause.NO_TLS, f"{whose} does not speak TLS: it answers with {_first_line(failed.start)}", sent=False
        )
    if not isinstance(wrong, ssl.SSLError):
        return TransportError(Cause.TLS, f"TLS failed: {wrong}", sent=False)
    if not first:
        return TransportError(Cause.TLS, f"TLS failed: {whose} closed the connection", sent=False)
    if first[0] == HANDSHAKE and REFUSAL in (wrong.reason or ""):
        return _refused(_OURS, whose, name, REFUSAL)
    return tls_trouble(wrong, whose, name, sent=False)


def _first_line(start: bytes) -> str:
    return printable(start.partition(b"\r\n")[0].decode("utf-8", "backslashreplace"))


def _refused(refusal: _Refusal, whose: str, name: str, reason: str) -> TransportError:
    return TransportError(refusal.cause, f"{whose} {refusal.means.format(name)}: {reason}", sent=False)
