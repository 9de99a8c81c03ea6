"""Variants that settle otherwise how the path of a request is read, or answered where it is odd."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote

from tests.independent.server import LONGEST, Drive, bad, create_app

from .registry import App, answered, path_of, refusing, variant


def redirecting(tidy: Callable[[str], str], status: int = 308) -> App:
    """Redirect whatever path is not as tidy as it could be."""
    inner = create_app()

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = path_of(environ)
        if tidy(path) == path:
            return answered(inner, environ, start)
        query = environ.get("QUERY_STRING")
        location = tidy(path) + (f"?{query}" if query else "")
        return answered(refusing(lambda _: status, inner, Location=location), environ, start)

    return stand


def cleaned(path: str) -> str:
    """Clean a path as Go's ServeMux does: decoded, without empty and dot segments."""
    segments: list[str] = []
    for segment in unquote(path, errors="surrogateescape").split("/"):
        if segment == ".." and segments:
            segments.pop()
        elif segment not in ("", ".", ".."):
            segments.append(segment)
    return "/" + "/".join(quote(each, errors="surrogateescape") for each in segments)


@variant("fleets.id-works-in-paths")
def paths_are_cleaned_by_a_redirect() -> App:
    """Redirect from encoded slashes, empty and dot segments to the path without them."""
    return redirecting(
        lambda path: cleaned(path) if "%2F" in path.upper() or "//" in path or "%2E" in path.upper() else path
    )


@variant("fleets.id-works-in-paths", "fleets.id-is-matched-whole")
def escapes_are_written_in_lower_case_by_a_redirect() -> App:
    """Redirect to percent escapes in lower case, as some frameworks write URLs."""
    return redirecting(lambda path: re.sub("%[0-9A-F]{2}", lambda each: each[0].lower(), path), 301)


@variant("fleets.id-works-in-paths")
def needless_escapes_are_taken_away_by_a_redirect() -> App:
    """Redirect to the path with no escape that it need not have (RFC 3986, section 6.2.2)."""
    return redirecting(
        lambda path: (
            quote(unquote(path, errors="surrogateescape").encode(errors="surrogateescape"), safe="/")
            if "%2F" not in path.upper()
            else path
        ),
        307,
    )


def slash_dropped(path: str) -> str:
    return re.sub("(%2F)+(?=/rename$|/invitation$)", "", path)


@variant("fleets.id-is-matched-whole")
def a_slash_at_the_end_is_dropped() -> App:
    """Drop a slash behind an id, which has letters, digits and hyphens alone."""
    inner = create_app(Slugs())

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return answered(inner, {**environ, "PATH_INFO": slash_dropped(path_of(environ))}, start)

    return stand


class Slugs(Drive):
    alphabet = r"[A-Za-z0-9_.~-]*"

    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = super().text(body, name)
        if name == "fleetId" and value is not None and not re.fullmatch(self.alphabet, value):
            raise bad("fleetId has characters that are not allowed here.")
        return value


@variant("fleets.id-is-matched-whole")
def a_proxy_resolves_the_decoded_path() -> App:
    """Decode the path and remove its empty and dot segments, as nginx does where it passes a path of its own on."""
    inner = create_app(Slugs())

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return answered(inner, {**environ, "PATH_INFO": cleaned(path_of(environ))}, start)

    return stand


@variant("fleets.id-is-matched-whole")
def a_proxy_drops_the_slash_at_the_end() -> App:
    """Drop a slash behind an id, which may have many characters and no slash."""

    class Wide(Slugs):
        alphabet = r"[^/\x00-\x1f]*"

    inner = create_app(Wide())

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return answered(inner, {**environ, "PATH_INFO": slash_dropped(path_of(environ))}, start)

    return stand


def overlong(status: int) -> App:
    def when(environ: dict[str, Any]) -> int:
        longest = max((len(unquote(each)) for each in path_of(environ).split("/")), default=0)
        return status if longest > LONGEST else 0

    return refusing(when)


@variant("rename.unknown", "invitation.unknown", "prices")
def an_overlong_segment_is_answered_414() -> App:
    """Answer 414 to every path with a segment of more than 100 characters."""
    return overlong(414)


@variant("rename.unknown", "invitation.unknown", "prices")
def an_overlong_segment_is_answered_400() -> App:
    """Answer 400 to every path with a segment of more than 100 characters."""
    return overlong(400)


@variant("rename.unknown", "invitation.unknown", "prices")
def an_overlong_segment_is_answered_403() -> App:
    """Answer 403 to every path with a segment of more than 100 characters."""
    return overlong(403)
