"""The road to a target: directly or through which proxy, and whom to trust on it."""

import ssl
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from fleet_contract.contract_tests.network.deadline import DeadlineBackend
from fleet_contract.contract_tests.target import Target, is_loopback
from fleet_contract.spec.files import Contradiction

CONNECTIONS = 64
IDLE_SECONDS = 2.0  # shorter than any server's, so that no request meets a connection that is just being closed


def open_pool(target: Target) -> httpcore.ConnectionPool:
    """Return connections to a target; raises Contradiction when its network entries cannot be followed."""
    return httpcore.ConnectionPool(
        ssl_context=_trust(target),
        proxy=_proxy(target),
        max_connections=CONNECTIONS,
        keepalive_expiry=IDLE_SECONDS,
        network_backend=DeadlineBackend(),
    )


def proxy_url(target: Target) -> str:
    """Return the proxy that leads to a target, or nothing; there is never one to loopback."""
    if is_loopback(target.host):
        return ""
    if target.network.proxy is not None:
        return target.network.proxy
    if proxy_bypass(target.url.netloc):
        return ""
    proxies = getproxies()
    found = proxies.get(target.url.scheme) or proxies.get("all") or ""
    return found if "://" in found or not found else f"http://{found}"


def _proxy(target: Target) -> httpcore.Proxy | None:
    given = proxy_url(target)
    if not given:
        return None
    try:
        url, port = urlsplit(given), urlsplit(given).port
    except ValueError:
        url, port = SplitResult("", "", "", "", ""), None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise Contradiction(
            f"The proxy for {target.host} has the scheme {url.scheme!r}, or no host. "
            f"Expected a URL like http://proxy.example:3128. Correct network.proxy or the system's proxy settings."
        )
    auth = (unquote(url.username), unquote(url.password or "")) if url.username is not None else None
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return httpcore.Proxy(f"{url.scheme}://{host}:{port or (443 if url.scheme == 'https' else 80)}", auth=auth)


def _trust(target: Target) -> ssl.SSLContext | None:
    if target.url.scheme != "https":
        return None
    context = ssl.create_default_context()
    if target.network.ca_file:
        try:
            context.load_verify_locations(cafile=target.network.ca_file)
        except OSError as wrong:  # SSLError is one
            raise Contradiction(
                f"network.ca_file {target.network.ca_file} cannot be used: {wrong.strerror or wrong}. "
                f"Expected certificates in PEM form. Correct the path, or leave the entry out."
            ) from None
    return context
