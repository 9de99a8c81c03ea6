"""Variants that settle otherwise which methods and media types a request may have."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from tests.independent.server import API_KEYS, create_app

from .registry import App, answered, path_of, refusing, variant


def with_malformed_type(status: int, malformed: Callable[[str], bool]) -> App:
    return refusing(lambda environ: status if malformed(environ.get("CONTENT_TYPE") or "a/b") else 0)


@variant("http")
def a_malformed_media_type_is_a_bad_request() -> App:
    """Answer 400 to a Content-Type that is malformed, with a body or without one."""
    return with_malformed_type(
        400, lambda given: not re.match(r"[\w.+-]+/[\w.+-]+", given) or given == "multipart/form-data"
    )


@variant("http.media")
def a_media_type_that_cannot_be_parsed_is_not_acceptable() -> App:
    """Answer 406 to a Content-Type that cannot be parsed, as Rails does."""
    return with_malformed_type(406, lambda given: not re.match(r"[\w.+-]+/[\w.+-]+", given))


@variant("http")
def a_media_type_without_a_body_is_unsupported() -> App:
    """Answer 415 to a Content-Type of a GET, which has no body."""
    return refusing(
        # The standard library's server says text/plain where nothing was sent.
        lambda environ: 415 if environ["REQUEST_METHOD"] == "GET" and environ["CONTENT_TYPE"] != "text/plain" else 0
    )


@variant("rename", "invitation", "keys.list")
def a_firewall_stops_nulls_in_urls() -> App:
    """Answer 406 to a path or a query with a NUL."""
    return refusing(lambda environ: 406 if "\0" in path_of(environ) or "%00" in environ["QUERY_STRING"] else 0)


@variant("http")
def a_wrong_method_is_a_bad_request() -> App:
    """Answer 400 to a method that a path does not have."""
    known = {"POST": ("/fleets", "/charging-keys"), "GET": ("/invitation", "/charging-keys"), "PUT": ("/rename",)}

    def when(environ: dict[str, Any]) -> int:
        path, method = path_of(environ), environ["REQUEST_METHOD"]
        exists = path.endswith(tuple(end for ends in known.values() for end in ends))
        return 400 if exists and not path.endswith(known.get(method, ("\0",))) else 0

    return refusing(when)


@variant("http")
def patch_renames_too() -> App:
    """Rename by PATCH as by PUT."""
    inner = create_app()

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        patches = environ["REQUEST_METHOD"] == "PATCH" and path_of(environ).endswith("/rename")
        return answered(inner, {**environ, **({"REQUEST_METHOD": "PUT"} if patches else {})}, start)

    return stand


@variant("rename.accepts-a-valid-name", "fleets.id-never-changes")
def parameters_that_nobody_knows_cannot_be_processed() -> App:
    """Answer 422 to a query where the operation has no parameters, as models do that forbid what is more."""

    def when(environ: dict[str, Any]) -> int:
        has_none = path_of(environ).endswith(("/fleets", "/rename", "/invitation"))
        return 422 if environ["QUERY_STRING"] and has_none and environ.get("HTTP_X_API_KEY") in ONE_OF_OURS else 0

    return refusing(when)


ONE_OF_OURS = ("one-key", "two-key")


UUIDS = ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302")


@variant("access.key-is-checked", FLEET_API_KEY=UUIDS[0], FLEET_OTHER_API_KEY=UUIDS[1])
def keys_are_uuids_in_any_spelling() -> App:
    """Read API keys as UUIDs: in capitals, without hyphens, in braces or as a URN, too."""
    inner, known = create_app(), dict(zip(map(UUID, UUIDS), API_KEYS, strict=True))

    def stand(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with suppress(ValueError, KeyError):
            environ["HTTP_X_API_KEY"] = known[UUID(environ["HTTP_X_API_KEY"])]
        return answered(inner, environ, start)

    return stand
