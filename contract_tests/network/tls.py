"""What a failure of TLS means."""

import ssl

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.streams import HandshakeFailed
from fleet_contract.contract_tests.network.troubles import Trouble

# The types of TLS's records: RFC 8446 (5.1)
HANDSHAKE, RECORDS = 22, range(20, 24)
# OpenSSL's names of the alerts by which a server refuses a client's certificate, or the lack of one: RFC 8446 (6.2)
ABOUT_OUR_CERTIFICATE = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_UNSUPPORTED_CERT")
# In TLS 1.2 it stands for the lack of one too, where it is not the first thing that a server says.
REFUSAL = "ALERT_HANDSHAKE_FAILURE"


def tls_trouble(wrong: ssl.SSLError, whose: str = "the server", *, sent: bool) -> Trouble:
    """Return what to raise for a failure of TLS with the server, or with a proxy before it."""
    reason = wrong.reason or ""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return Trouble(Cause.TRUST, f"{whose}'s certificate is not trusted: {wrong.verify_message}", sent=False)
    if any(alert in reason for alert in ABOUT_OUR_CERTIFICATE):
        return _refused(whose, reason)
    if isinstance(wrong, ssl.SSLEOFError):
        return Trouble(Cause.TLS, f"TLS failed: {whose} closed the connection", sent=sent)
    return Trouble(Cause.TLS, f"TLS failed: {wrong}", sent=sent)


def handshake_trouble(failed: HandshakeFailed, whose: str) -> Trouble:
    """Return what to raise for a handshake that failed."""
    wrong, first = failed.__cause__, failed.start[:1]
    if first and first[0] not in RECORDS:
        return Trouble(Cause.NO_TLS, f"{whose} does not speak TLS: it answers with {failed}", sent=False)
    if not isinstance(wrong, ssl.SSLError):
        return Trouble(Cause.TLS, f"TLS failed: {wrong}", sent=False)
    if first and first[0] == HANDSHAKE and REFUSAL in (wrong.reason or ""):
        return _refused(whose, REFUSAL)
    return tls_trouble(wrong, whose, sent=False)


def _refused(whose: str, reason: str) -> Trouble:
    text = f"{whose} asks for a client certificate, and did not get one that it takes: {reason}"
    return Trouble(Cause.CLIENT_CERTIFICATE, text, sent=False)
