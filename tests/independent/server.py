"""A second server of the Fleet Management guide, written from the guide alone, in Falcon.

It shares no code with the mock and settles otherwise whatever the guide leaves open: a create is answered 200,
a taken id 400, errors are plain text, a gateway in front says 403, lengths are UTF-16 units, names are trimmed.
It starts empty and keeps everything in memory.
"""

import json
import re
import secrets
import string
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import quote, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import falcon
from falcon import Request, Response

API_KEYS = {"one-key": "one", "two-key": "two"}  # Each key and its organization.
LOCATION = "loc-001"
LONGEST = 100
ALPHABET = string.ascii_uppercase + string.digits


@dataclass
class Fleet:
    fleet_id: str
    name: str | None
    org: str
    codes: tuple[str, ...] = ()

    def answer(self) -> dict[str, Any]:
        return {"fleetId": self.fleet_id, "fleetName": self.name, "status": "ACTIVE", "drivers": 0}


class Gateway:
    """The middleware in front: it takes in the whole body, then looks at the method and the API key."""

    def process_request(self, req: Request, _resp: Response) -> None:
        req.context.body = req.bounded_stream.read()  # An unread body would reset the caller's connection.
        key = req.get_header("X-API-Key")
        if not key or req.method not in {"GET", "POST", "PUT"}:
            raise falcon.HTTPRouteNotFound
        if key not in API_KEYS:
            raise falcon.HTTPRouteNotFound(description="Forbidden")
        req.context.org = API_KEYS[key]

    def process_resource(self, _req: Request, _resp: Response, _resource: object, params: dict[str, str]) -> None:
        """Decode each path segment; bytes that are no UTF-8 become what no stored id can hold."""
        params |= {name: unquote(raw, errors="surrogateescape") for name, raw in params.items()}


def reply(resp: Response, content: Any) -> None:
    resp.data = json.dumps(content, ensure_ascii=False).encode(errors="replace")
    resp.content_type = "application/json; charset=utf-8"


def bad(why: str) -> falcon.HTTPBadRequest:
    return falcon.HTTPBadRequest(description=why)


def read_object(req: Request) -> dict[str, Any]:
    try:
        body = json.loads(req.context.body.decode("utf-8"), parse_constant=int)  # int("NaN") is an error.
    except (ValueError, RecursionError) as error:
        raise bad("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise bad("The body must be a JSON object.")
    return body


class Drive:
    """All resources, over one state behind one lock."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.fleets: MutableMapping[str, Fleet] = {}
        self.keys: dict[str, tuple[str, dict[str, Any]]] = {}

    def length(self, text: str) -> int:
        """Count UTF-16 units."""
        return len(text.encode("utf-16-le")) // 2

    def text(self, body: dict[str, Any], name: str) -> str | None:
        """A text property, or None where it is absent or null."""
        value = body.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or re.search("[\ud800-\udfff]", value):
            raise bad(f"{name} must be a string of whole characters.")
        if self.length(value) > LONGEST:
            raise bad(f"{name} must not be longer than {LONGEST} characters.")
        return value.strip() if name.lower().endswith("name") else value

    def needed(self, body: dict[str, Any], name: str) -> str:
        value = self.text(body, name)
        if not value:
            raise bad(f"{name} is required.")
        return value

    def fleet(self, fleet_id: str, req: Request) -> Fleet:
        fleet = self.fleets.get(fleet_id)
        if fleet is None:
            raise falcon.HTTPNotFound(description="No such fleet.")
        if fleet.org != req.context.org:
            raise falcon.HTTPForbidden(description="You have no access to this organization.")
        return fleet

    def on_post_fleets(self, req: Request, resp: Response) -> None:
        body = read_object(req)
        codes = tuple("".join(secrets.choice(ALPHABET) for _ in range(12)) for _ in range(2))
        fleet = Fleet(self.needed(body, "fleetId"), self.text(body, "fleetName"), req.context.org, codes)
        with self.lock:
            if self.fleets.setdefault(fleet.fleet_id, fleet) is not fleet:
                raise bad("This fleetId is taken.")
            reply(resp, fleet.answer())

    def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
        with self.lock:
            fleet = self.fleet(fleet_id, req)
            name = self.text(read_object(req), "newName")
            if name is None:
                raise bad("newName is required.")
            fleet.name = name
            reply(resp, fleet.answer())

    def on_get_invitation(self, req: Request, resp: Response, fleet_id: str) -> None:
        with self.lock:
            codes = self.fleet(fleet_id, req).codes
        if not codes:
            raise falcon.HTTPNotFound(description="The fleet has no active invitation codes.")
        reply(resp, [{"code": code} for code in codes])

    def on_post_keys(self, req: Request, resp: Response) -> None:
        """Keep a key; a fleet it names that is not there yet is born with it, without invitation codes."""
        body, org = read_object(req), req.context.org
        key: dict[str, Any] = {
            name: self.needed(body, name) for name in ("keyIdentifier", "visualNumber", "contractId")
        }
        enabled = body.get("enabled")
        if not re.fullmatch("[0-9A-Fa-f]+", key["keyIdentifier"]) or not isinstance(enabled, bool | None):
            raise bad("keyIdentifier must be hexadecimal, enabled a boolean.")
        key |= {"enabled": enabled is not False, "validTo": "2039-12-31T23:59:59.000Z", "name": self.text(body, "name")}
        fleet_name = self.text(body, "fleetName")
        if body.get("fleetId") is not None:
            key["fleetId"] = self.needed(body, "fleetId")
        with self.lock:
            if key["keyIdentifier"] in self.keys:
                raise bad("This keyIdentifier is taken.")
            if "fleetId" in key:
                self.fleets.setdefault(key["fleetId"], Fleet(key["fleetId"], fleet_name, org))
                self.fleet(key["fleetId"], req)
            self.keys[key["keyIdentifier"]] = (org, key)
        resp.status = falcon.HTTP_204

    def on_get_keys(self, req: Request, resp: Response) -> None:
        fleet_id = req.get_param("fleetId")
        try:
            size = min(max(int(req.get_param("page_size") or 100), 10), 500)
            start = max(int(req.get_param("cursor") or 0), 0)
        except ValueError as error:
            raise bad("page_size or cursor is invalid.") from error
        with self.lock:
            mine = [key for org, key in self.keys.values() if org == req.context.org]
        found = [key for key in mine if fleet_id is None or self.is_in(key, fleet_id)]
        more = {"cursor": str(start + size)} if start + size < len(found) else {}
        reply(resp, {"keys": found[start : start + size]} | more)

    def is_in(self, key: dict[str, Any], fleet_id: str) -> bool:
        return bool(key.get("fleetId") == fleet_id)

    def on_get_location(self, req: Request, resp: Response, location_id: str) -> None:
        """A fleet of the caller's has a price of its own at the one location."""
        if location_id != LOCATION:
            raise falcon.HTTPNotFound(description="No such location.")
        fleet_id = req.get_param("fleetId")
        if fleet_id is not None:
            with self.lock:
                self.fleet(fleet_id, req)
        rate = {"type": "ENERGY", "price": 0.59 if fleet_id is None else 0.49}
        price = {"id": fleet_id or "default", "currency": "EUR", "priceIncludesVat": "true", "elements": [rate]}
        evse = {"uid": "1", "status": "AVAILABLE", "connectors": [{"id": "1", "power": 22000, "price": price}]}
        reply(resp, {"id": location_id, "name": "Car park", "evses": [evse]})


def refuse(_req: Request, resp: Response, error: falcon.HTTPError, _params: dict[str, Any]) -> None:
    """The gateway's own words: a path or method it does not know is to it a missing token."""
    resp.status = falcon.HTTP_403
    reply(resp, {"message": error.description or "Missing Authentication Token"})


def plain_text(_req: Request, resp: Response, error: falcon.HTTPError) -> None:
    resp.text, resp.content_type = error.description or error.title, "text/plain; charset=utf-8"


def create_app(drive: Drive | None = None) -> Any:
    app, drive = falcon.App(middleware=[Gateway()]), drive or Drive()
    app.set_error_serializer(plain_text)
    app.add_error_handler(falcon.HTTPRouteNotFound, refuse)
    app.add_error_handler(falcon.HTTPMethodNotAllowed, refuse)
    app.add_route("/emp/v1/fleets", drive, suffix="fleets")
    app.add_route("/emp/v1/fleets/{fleet_id}/rename", drive, suffix="rename")
    app.add_route("/emp/v1/fleets/{fleet_id}/invitation", drive, suffix="invitation")
    app.add_route("/emp/v1/charging-keys", drive, suffix="keys")
    app.add_route("/v1/locations/{location_id}", drive, suffix="location")
    return app


class Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        """Leave the path encoded, so that a %2F stays within its segment."""
        path = quote(self.path.partition("?")[0], safe=string.punctuation, encoding="iso-8859-1")
        return super().get_environ() | {"PATH_INFO": path}

    def log_message(self, *_args: Any) -> None:
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def serve(app: Any = None) -> Iterator[str]:
    """A fresh server on a free port of this machine, of an application if one is given; yields its base URL."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.set_app(app or create_app())
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    with suppress(KeyboardInterrupt), serve() as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        Event().wait()


if __name__ == "__main__":
    main()
