"""A plugin of proxy.py that finds every host on loopback, so that tests can name one elsewhere."""

from proxy.http.proxy import HttpProxyBasePlugin


class FindsEveryHostHere(HttpProxyBasePlugin):
    def resolve_dns(self, host: str, port: int) -> tuple[str | None, tuple[str, int] | None]:  # noqa: ARG002
        return "127.0.0.1", None
