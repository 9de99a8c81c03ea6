"""Variants that settle otherwise how charging keys are kept and listed."""

import json
import secrets
import time
from typing import Any

import falcon
from falcon import Request, Response
from tests.independent.server import Drive, bad, create_app, reply

from .registry import App, variant

KEPT = 25  # keys that were there before, which need three of the smallest pages


class Stocked(Drive):
    """Holds keys that were there before."""

    def __init__(self) -> None:
        super().__init__()
        for number in range(KEPT):
            identifier = f"04C0FFEE{number:02X}".ljust(14, "0")
            key = {"keyIdentifier": identifier, "visualNumber": f"KEPT-{number}", "contractId": f"DEKEPT{number:03d}"}
            self.keys[identifier] = ("one", {**key, "enabled": True, "validTo": "2039-12-31T23:59:59.000Z"})


class Keyset(Stocked):
    """Lists keys by their identifiers, of which the last one of a page is the cursor."""

    def on_get_keys(self, req: Request, resp: Response) -> None:
        size, after = size_of(req), self.place_of(req.get_param("cursor") or "")
        found = [key for key in self.found(req) if str(key["keyIdentifier"]) > after]
        more = {"cursor": self.cursor_to(str(found[size - 1]["keyIdentifier"]))} if len(found) > size else {}
        reply(resp, {"keys": self.page(found[:size], after), **more})

    def found(self, req: Request) -> list[dict[str, Any]]:
        fleet_id = req.get_param("fleetId")
        with self.lock:
            mine = [key for org, key in self.keys.values() if org == req.context.org]
        wanted = [key for key in mine if fleet_id is None or self.is_in(key, fleet_id)]
        return sorted(wanted, key=lambda key: str(key["keyIdentifier"]))

    def cursor_to(self, identifier: str) -> str:
        return identifier

    def place_of(self, cursor: str) -> str:
        return cursor

    def page(self, keys: list[dict[str, Any]], after: str) -> list[dict[str, Any]]:
        del after
        return keys


def size_of(req: Request) -> int:
    try:
        return min(max(int(req.get_param("page_size") or 100), 10), 500)
    except ValueError as error:
        raise bad("page_size is invalid.") from error


@variant("keys.pages", "keys.paging")
def a_cursor_is_the_last_identifier() -> App:
    """Let the identifier of the last key of a page lead to the next one."""
    return create_app(Keyset())


@variant("keys.pages", "keys.paging")
def cursors_are_random() -> App:
    """Remember where each cursor leads, and refuse all others."""

    class Remembering(Keyset):
        def __init__(self) -> None:
            super().__init__()
            self.places = {"": ""}

        def cursor_to(self, identifier: str) -> str:
            cursor = secrets.token_urlsafe(12)
            self.places[cursor] = identifier
            return cursor

        def place_of(self, cursor: str) -> str:
            if cursor not in self.places:
                raise bad("No such cursor.")
            return self.places[cursor]

    return create_app(Remembering())


@variant("keys.create", "keys.overlapping")
def a_fleet_and_its_keys_are_changed_as_one() -> App:
    """Refuse with 409 a key for a fleet that another one came into meanwhile."""

    class Versioned(Drive):
        def __init__(self) -> None:
            super().__init__()
            self.versions: dict[str, int] = {}

        def on_post_keys(self, req: Request, resp: Response) -> None:
            fleet, known = fleet_in(req), len(self.keys)
            seen = self.versions.get(fleet, 0)
            time.sleep(0.005)
            if fleet and self.versions.get(fleet, 0) != seen:
                raise falcon.HTTPConflict(description="The fleet was changed meanwhile. Try again.")
            super().on_post_keys(req, resp)
            if len(self.keys) > known:
                self.versions[fleet] = seen + 1

    return create_app(Versioned())


@variant("keys.create")
def enabled_is_cast() -> App:
    """Take any scalar for the boolean that it is to the language, as Rails does."""

    class Casting(Drive):
        def on_post_keys(self, req: Request, resp: Response) -> None:
            body = value_in(req)
            if isinstance(body, dict) and not isinstance(body.get("enabled"), list | dict | None):
                req.context.body = json.dumps({**body, "enabled": bool(body["enabled"])}).encode()
            super().on_post_keys(req, resp)

    return create_app(Casting())


def fleet_in(req: Request) -> str:
    body = value_in(req)
    fleet = body.get("fleetId") if isinstance(body, dict) else None
    return fleet if isinstance(fleet, str) else ""


def value_in(req: Request) -> Any:
    try:
        return json.loads(req.context.body)
    except ValueError:
        return None
