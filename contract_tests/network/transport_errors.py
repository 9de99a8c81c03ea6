"""What can keep a whole response away: each cause with its name and with what the user can do about it."""

from collections.abc import Mapping

from fleet_contract.contract_tests.exchange import Cause
from fleet_contract.contract_tests.network.strays import NOTHING, Stray

ADVICE: Mapping[Cause, str] = {
    Cause.NAME: "Correct the host in BASE_URL, or set network.proxy if only a proxy knows it, or network.resolve if "
    "nobody does",
    Cause.CONNECT: "Start the server, or correct host and port in BASE_URL",
    Cause.TLS: "Check the server's log; a server that does not speak TLS needs http:// in BASE_URL",
    Cause.TLS_VERSION: "Enable TLS 1.2 or 1.3 on it: older versions are not used",
    Cause.TLS_NAME: "Put the name that its certificate is for into BASE_URL; point that name at this address "
    "with --connect-to or --resolve",
    Cause.TLS_FAILED: "It speaks TLS: check its log, and the versions and ciphers that it accepts",
    Cause.TRUST: "If a private authority signed the certificate, name its file in network.ca_file",
    Cause.CERTIFICATE_DATE: "Check this machine's clock; if it is right, renew the certificate",
    Cause.CERTIFICATE_WEAK: "Have a certificate issued with a stronger key and signature, such as RSA of 2,048 bits "
    "with SHA-256",
    Cause.CERTIFICATE_UNFIT: "Have a certificate issued without that flaw: network.ca_file does not help here",
    Cause.NO_TLS: "Write http:// in BASE_URL, or in network.proxy for a proxy, if it does not speak TLS",
    Cause.TLS_ONLY: "Write https:// in BASE_URL, or in network.proxy for a proxy, since it speaks TLS",
    Cause.CLIENT_CERTIFICATE: "Name the file of a client certificate that this server accepts in network.client_cert",
    Cause.PROXY: "Correct network.proxy or the system's proxy settings, user and password included",
    Cause.TIMEOUT: "Check whether the server hangs, or raise limits.timeout_seconds",
    Cause.RESET: "Check its log; if it speaks TLS, write https:// in BASE_URL, or in network.proxy for a proxy",
    Cause.MALFORMED: "Check what listens there: a server that speaks HTTP/1.1 was expected",
    Cause.TOO_LONG: "Find out what sends so much, the server or something in front of it",
    Cause.FRAMING: "Make the server, or what stands in front of it, send one Content-Length or one Transfer-Encoding",
    Cause.CODING: "Make Content-Encoding name the coding of the body, or leave the header out",
    Cause.UNASKED: "Find out what sends more than one response per request, the server or something in front of it",
    Cause.OVERSIZED: "Find out which part of the server sends so much, or raise limits.max_answer_bytes",
}
# What helps with these is the same, whoever shows the certificate.
ABOUT_A_CERTIFICATE = frozenset(
    {Cause.TRUST, Cause.CERTIFICATE_DATE, Cause.CERTIFICATE_WEAK, Cause.CERTIFICATE_UNFIT},
)


class TransportError(Exception):
    """The network gave no whole response. Where `sent`, the request may have been carried out.

    Its text has nothing that a server sent but words: what came in the place of a response is `stray`.
    """

    def __init__(self, cause: Cause, text: str, *, sent: bool, stray: Stray = NOTHING) -> None:
        super().__init__(text)
        self.cause, self.sent, self.stray = cause, sent, stray


class Unsendable(ValueError):
    """A request that HTTP has no way to write; the suite's own mistake."""
