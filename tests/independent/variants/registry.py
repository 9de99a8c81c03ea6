"""Variants by name, what each was accused of, and the pieces that they are built of."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.independent.server import create_app

App = Any
Build = Callable[[], App]


class Variant(NamedTuple):
    """How to build the application; the requirements, by prefix, that it was said to break; what a user has to set."""

    build: Build
    accused_of: tuple[str, ...]
    settings: dict[str, str]


VARIANTS: dict[str, Variant] = {}


def variant(*accused_of: str, **settings: str) -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        VARIANTS[build.__name__.replace("_", " ")] = Variant(build, accused_of, settings)
        return build

    return register


def refusing(when: Callable[[dict[str, Any]], int], app: App | None = None, **headers: str) -> App:
    """Stand before an application and answer a status of one's own, with these headers, where `when` returns one."""
    inner = app or create_app()

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status = when(environ)
        if not status:
            return answered(inner, environ, start)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start(f"{status} Refused", [("Content-Type", "text/plain"), ("Content-Length", "0"), *headers.items()])
        return [b""]

    return stand


def answered(app: App, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    body: Iterable[bytes] = app(environ, start)
    return body


def path_of(environ: dict[str, Any]) -> str:
    return str(environ["PATH_INFO"])
