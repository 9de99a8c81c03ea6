"""Paths of URLs, as a server may resolve them before it looks for what they name."""

from collections.abc import Iterable


def resolved(segments: Iterable[str]) -> list[str]:
    """Return the segments of a path without its empty and dot segments, as RFC 3986, 5.2.4, removes the latter."""
    found: list[str] = []
    for each in segments:
        if each == "..":
            del found[-1:]
        elif each not in ("", "."):
            found.append(each)
    return found
