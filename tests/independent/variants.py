"""Variants of the independent server, each of which settles one more thing otherwise and conforms all the same.

Each is a kind of false alarm that was seen. A variant is a function that returns an application; its name is the
function's, and its docstring says what it does.
"""

import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import falcon
from falcon import Request, Response

from .server import LONGEST, Drive, bad, create_app, read_object, reply

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


# --- renames ---------------------------------------------------------------------------------------


@variant("rename.answers-the-new-name")
def a_rename_rereads_the_fleet() -> App:
    """Rename, commit, and read again what the fleet is called by then, as object-relational mappers do."""

    class Rereading(Drive):
        def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_put_rename(req, resp, fleet_id)
            time.sleep(0.01)
            with self.lock:
                reply(resp, self.fleet(fleet_id, req).answer())

    return create_app(Rereading())


# --- paths -----------------------------------------------------------------------------------------


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


# --- media types -----------------------------------------------------------------------------------


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


# --- ids -------------------------------------------------------------------------------------------


class TrimmedIds(Drive):
    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = super().text(body, name)
        return value.strip() if value is not None else None


@variant("fleets", "keys.filter")
def ids_are_trimmed_in_bodies_alone() -> App:
    """Cut blanks off around ids in bodies, and neither in paths nor in queries."""
    return create_app(TrimmedIds())


@variant("keys.filter")
def ids_are_trimmed_in_bodies_and_paths() -> App:
    """Cut blanks off around ids in bodies and paths, and not in queries."""

    class Trimmed(TrimmedIds):
        def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_put_rename(req, resp, fleet_id.strip())

        def on_get_invitation(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_get_invitation(req, resp, fleet_id.strip())

    return create_app(Trimmed())


@variant("create.echoes-the-id", "fleets.id-works")
def ids_are_normalised_in_bodies_alone() -> App:
    """Bring ids into normalisation form C in bodies, and neither in paths nor in queries."""

    class Normalised(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = super().text(body, name)
            return unicodedata.normalize("NFC", value) if value is not None else None

    return create_app(Normalised())


@variant("create", "rename.refuses")
def texts_are_trimmed_before_they_are_measured() -> App:
    """Measure ids and names without the blanks around them."""

    class Trimming(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = body.get(name)
            return super().text({name: value.strip()} if isinstance(value, str) else body, name)

    return create_app(Trimming())


@variant("create", "rename.refuses")
def texts_are_trimmed_before_they_are_measured_and_numbers_are_texts() -> App:
    """Measure ids and names without the blanks around them, and take numbers for them."""

    class Trimming(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = body.get(name)
            if isinstance(value, bool | int | float):
                value = json.dumps(value)
            return super().text({name: value.strip()} if isinstance(value, str) else body, name)

    return create_app(Trimming())


@variant("invitation")
def fleets_without_codes_are_not_found_whoever_asks() -> App:
    """Answer 404 where a fleet has no codes, whosever it is, and have new fleets without codes."""

    class Codeless(Drive):
        def on_post_fleets(self, req: Request, resp: Response) -> None:
            super().on_post_fleets(req, resp)
            self.fleets[json.loads(resp.data or b"null")["fleetId"]].codes = ()

        def on_get_invitation(self, req: Request, resp: Response, fleet_id: str) -> None:
            found = self.fleets.get(fleet_id)
            if found is not None and not found.codes:
                raise falcon.HTTPNotFound(description="No such fleet, or no codes.")
            super().on_get_invitation(req, resp, fleet_id)

    return create_app(Codeless())


# --- lists -----------------------------------------------------------------------------------------


@variant("keys")
def pages_are_shorter_than_asked_for() -> App:
    """List at most seven keys a page, whatever size is asked for."""

    class Short(Drive):
        def on_get_keys(self, req: Request, resp: Response) -> None:
            super().on_get_keys(req, resp)
            page = json.loads(resp.data or b"null")
            if len(page["keys"]) > 7:
                start = int(req.get_param("cursor") or 0)
                reply(resp, {"keys": page["keys"][:7], "cursor": str(start + 7)})

    return create_app(Short())


@variant("keys")
def an_empty_page_leads_on() -> App:
    """List an empty page in the middle, as servers do that filter what a page of their store holds."""

    class Filtering(Drive):
        def on_get_keys(self, req: Request, resp: Response) -> None:
            cursor = req.get_param("cursor") or ""
            if cursor.startswith("-"):
                reply(resp, {"keys": [], "cursor": cursor[1:]})
                return
            super().on_get_keys(req, resp)
            page = json.loads(resp.data or b"null")
            if "cursor" in page:
                reply(resp, {**page, "cursor": f"-{page['cursor']}"})

    return create_app(Filtering())


@variant("keys")
def the_newest_keys_come_first() -> App:
    """List the newest keys first, by a cursor that counts, so that a key made meanwhile moves the others on."""

    class Newest(Drive):
        def on_get_keys(self, req: Request, resp: Response) -> None:
            with self.lock:
                keys, self.keys = self.keys, dict(reversed(self.keys.items()))
            try:
                super().on_get_keys(req, resp)
            finally:
                self.keys = keys

    return create_app(Newest())


# --- names -----------------------------------------------------------------------------------------


@variant("create", "rename")
def odd_names_are_refused() -> App:
    """Refuse names of one character, and with angle brackets, emoji or marks of direction."""

    class Strict(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = super().text(body, name)
            if name.lower().endswith("name") and value and (len(value) < 2 or ODD.search(value)):
                raise bad(f"{name} has characters that are not allowed here, or too few.")
            return value

    return create_app(Strict())


ODD = re.compile("[<>\\u200e\\u200f\\u202a-\\u202e\U00010000-\U0010ffff]")


class Scalars(Drive):
    """Take numbers and booleans for the texts that a language makes of them."""

    def spell(self, value: object) -> str:
        return str(value)

    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = body.get(name)
        return super().text({name: self.spell(value)} if isinstance(value, bool | int | float) else body, name)


@variant("create", "rename")
def scalars_are_spelled_as_python_does() -> App:
    """Take True for True, in four letters of which one is a capital."""
    return create_app(Scalars())


@variant("create", "rename")
def scalars_are_spelled_as_php_does() -> App:
    """Take true for 1, and false for nothing."""

    class Php(Scalars):
        def spell(self, value: object) -> str:
            return ("1" if value else "") if isinstance(value, bool) else str(value)

    return create_app(Php())


@variant("create", "rename")
def blanks_are_cut_off_on_the_left_alone() -> App:
    """Cut blanks off before names, and keep those behind."""
    return create_app(OneSided(str.lstrip))


@variant("create", "rename")
def blanks_are_cut_off_on_the_right_alone() -> App:
    """Cut blanks off behind names, as some databases do, and keep those before."""
    return create_app(OneSided(str.rstrip))


class OneSided(Drive):
    """Cut blanks off at one side of names."""

    def __init__(self, cut: Callable[[str], str]) -> None:
        super().__init__()
        self.cut = cut

    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = body.get(name)
        is_name = name.lower().endswith("name") and isinstance(value, str)
        measured = super().text(body, name)
        return self.cut(str(value)) if is_name and measured is not None else measured


@variant("create", "rename")
def a_firewall_answers_406_to_what_alarms_it() -> App:
    """Answer 406 to bodies that look like an attack, as mod_security does."""

    class Alarmed(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            if re.search(r"<\\w|\\$\\{|;\\s*drop\\s|\\.\\./", str(body.get(name)), re.IGNORECASE):
                raise falcon.HTTPNotAcceptable(description="Not Acceptable!")
            return super().text(body, name)

    return create_app(Alarmed())


@variant("rename", "fleets")
def renames_that_overlap_are_a_conflict() -> App:
    """Answer 409 to a rename that finds the fleet changed while it was at work."""

    class Optimistic(Drive):
        def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
            found = self.fleets.get(fleet_id)
            before = found.name if found else None
            time.sleep(0.01)
            with self.lock:
                mine = found is not None and found.org == req.context.org
            if mine and found is not None and found.name != before:
                resp.status = falcon.HTTP_409
                reply(resp, {"message": "Somebody else renamed the fleet meanwhile."})
                return
            super().on_put_rename(req, resp, fleet_id)

    return create_app(Optimistic())


# --- methods ---------------------------------------------------------------------------------------


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


# --- prices ----------------------------------------------------------------------------------------


@variant("prices")
def prices_have_new_ids_each_time_and_decimals_with_zeros() -> App:
    """Give prices an id of their own in each answer, and now and then a zero more behind the point."""

    class Fickle(Drive):
        asked = 0

        def on_get_location(self, req: Request, resp: Response, location_id: str) -> None:
            super().on_get_location(req, resp, location_id)
            self.asked += 1
            place = json.loads(resp.data or b"null")
            price = place["evses"][0]["connectors"][0]["price"]
            element = price["elements"][0]
            price["id"], element["price"] = f"p-{self.asked}", f"{element['price']:.2f}" + "0" * (self.asked % 3)
            reply(resp, place)

    return create_app(Fickle())


# --- what is learnt late ---------------------------------------------------------------------------

LATE = 0.05  # seconds


class Late(Drive):
    """Note when a fleet was made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, float] = {}

    def on_post_fleets(self, req: Request, resp: Response) -> None:
        super().on_post_fleets(req, resp)
        self.made[json.loads(resp.data or b"null")["fleetId"]] = time.monotonic()

    def is_late(self, fleet_id: object) -> bool:
        return time.monotonic() < self.made.get(str(fleet_id), 0.0) + LATE


@variant("invitation")
def codes_learn_late_of_a_fleet() -> App:
    """Answer 404 for the codes of a fleet that is new, while it can be renamed."""

    class LateCodes(Late):
        def on_get_invitation(self, req: Request, resp: Response, fleet_id: str) -> None:
            if self.is_late(fleet_id):
                raise falcon.HTTPNotFound(description="No such fleet.")
            super().on_get_invitation(req, resp, fleet_id)

    return create_app(LateCodes())


@variant("keys", FLEET_SETTLE_SECONDS="0.1")
def charging_keys_learn_late_of_a_fleet() -> App:
    """Answer 404 to keys in a fleet that is new, and to lists of its keys, while it can be renamed."""

    class LateKeys(Late):
        def on_post_keys(self, req: Request, resp: Response) -> None:
            if self.is_late(read_object(req).get("fleetId")):
                raise falcon.HTTPNotFound(description="No such fleet.")
            super().on_post_keys(req, resp)

        def on_get_keys(self, req: Request, resp: Response) -> None:
            if self.is_late(req.get_param("fleetId")):
                raise falcon.HTTPNotFound(description="No such fleet.")
            super().on_get_keys(req, resp)

    return create_app(LateKeys())
