"""What a failure of TLS means."""

import ssl

from fleet_contract.contract_tests.network.troubles import Cause, Trouble

# OpenSSL's names of the alerts by which a server refuses a client's certificate, or the lack of one: RFC 8446 (6.2)
ABOUT_OUR_CERTIFICATE = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_UNSUPPORTED_CERT")


def tls_trouble(wrong: ssl.SSLError, whose: str = "the server", *, sent: bool) -> Trouble:
    """Return what to raise for a failure of TLS with the server, or with a proxy before it."""
    reason = wrong.reason or ""
    if isinstance(wrong, ssl.SSLCertVerificationError):
        return Trouble(Cause.TRUST, f"{whose}'s certificate is not trusted: {wrong.verify_message}", sent=False)
    if any(alert in reason for alert in ABOUT_OUR_CERTIFICATE):
        text = f"{whose} asks for a client certificate, and did not get one that it takes: {reason}"
        return Trouble(Cause.CLIENT_CERTIFICATE, text, sent=False)
    if isinstance(wrong, ssl.SSLEOFError):
        return Trouble(Cause.TLS, f"TLS failed: {whose} closed the connection", sent=sent)
    return Trouble(Cause.TLS, f"TLS failed: {wrong}", sent=sent)
