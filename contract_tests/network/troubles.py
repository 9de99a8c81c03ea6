"""What can keep a whole response away: each cause with its name and with what the user can do about it."""

from collections.abc import Mapping

from fleet_contract.contract_tests.exchange import Cause

ADVICE: Mapping[Cause, str] = {
    Cause.NAME: "Correct the host in BASE_URL, or set network.proxy if only a proxy knows it, or network.resolve if "
    "nobody does",
    Cause.CONNECT: "Start the server, or correct host and port in BASE_URL",
    Cause.TLS: "Check the server's log; a server that does not speak TLS needs http:// in BASE_URL",
    Cause.TLS_VERSION: "Let it speak TLS 1.2 or 1.3: older versions are not used",
    Cause.TLS_NAME: "Put the name that its certificate is for into BASE_URL; --connect-to or --resolve leads that name "
    "to this address",
    Cause.TLS_FAILED: "It speaks TLS: look into its log, and at the versions and ciphers that it takes",
    Cause.TRUST: "If a private authority signed the certificate, name its file in network.ca_file",
    Cause.CERTIFICATE_DATE: "Check this machine's clock; if it is right, renew the certificate",
    Cause.CERTIFICATE_WEAK: "Have a certificate issued with a stronger key and signature, such as RSA of 2,048 bits "
    "with SHA-256",
    Cause.CERTIFICATE_UNFIT: "Have a certificate issued without that flaw: network.ca_file does not help here",
    Cause.NO_TLS: "What does not speak TLS needs http://, a server in BASE_URL, a proxy in network.proxy",
    Cause.TLS_ONLY: "What speaks TLS needs https://, a server in BASE_URL, a proxy in network.proxy",
    Cause.CLIENT_CERTIFICATE: "Name the file of a client certificate that this server takes in network.client_cert",
    Cause.PROXY: "Correct network.proxy or the system's proxy settings, user and password included",
    Cause.TIMEOUT: "Check whether the server hangs, or raise limits.timeout_seconds",
    Cause.RESET: "Check its log; what speaks TLS needs https://, a server in BASE_URL, a proxy in network.proxy",
    Cause.MALFORMED: "Check what listens there: a server that speaks HTTP/1.1 was expected",
    Cause.TOO_LONG: "Find out what, in the server or before it, writes so much",
    Cause.FRAMING: "Let the server, or what stands before it, give one Content-Length or one Transfer-Encoding",
    Cause.CODING: "Let Content-Encoding name the coding that the body has, or leave the header out",
    Cause.UNASKED: "Find out what, in the server or before it, sends more than one response a request",
    Cause.OVERSIZED: "Find out which part of the server writes so much, or raise limits.max_answer_bytes",
}
# What helps with these is the same, whoever shows the certificate.
ABOUT_A_CERTIFICATE = frozenset(
    {Cause.TRUST, Cause.CERTIFICATE_DATE, Cause.CERTIFICATE_WEAK, Cause.CERTIFICATE_UNFIT},
)


class Trouble(Exception):
    """The network gave no whole response. Where `sent`, the request may have been carried out."""

    def __init__(self, cause: Cause, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.cause, self.sent = cause, sent


class Unsendable(ValueError):
    """A request that HTTP has no way to write; the suite's own mistake."""
