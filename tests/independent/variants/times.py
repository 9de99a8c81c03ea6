"""Variants that settle otherwise what calls see that overlap, or follow at once."""

import json
import time
from email.utils import formatdate
from itertools import count
from typing import Any

import falcon
from falcon import Request, Response
from tests.independent.server import Drive, create_app, read_object, reply

from .registry import App, answered, variant


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


class Optimistic(Drive):
    """Answer 409 to a rename that finds the fleet changed while it was at work."""

    def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
        found = self.fleets.get(fleet_id)
        before = found.name if found else None
        time.sleep(0.01)
        with self.lock:
            mine = found is not None and found.org == req.context.org
        if mine and found is not None and found.name != before:
            self.refuse(resp)
        else:
            super().on_put_rename(req, resp, fleet_id)

    def refuse(self, resp: Response) -> None:
        resp.status = falcon.HTTP_409
        reply(resp, {"message": "Somebody else renamed the fleet meanwhile."})


@variant("rename", "fleets")
def renames_that_overlap_are_a_conflict() -> App:
    """Answer 409, in JSON, to a rename that finds the fleet changed while it was at work."""
    return create_app(Optimistic())


@variant("rename", "fleets")
def renames_that_overlap_are_a_conflict_in_plain_text() -> App:
    """Answer 409, in plain text, to a rename that finds the fleet changed while it was at work."""

    class Plain(Optimistic):
        def refuse(self, resp: Response) -> None:
            resp.status = falcon.HTTP_409
            resp.text, resp.content_type = "Somebody else renamed the fleet meanwhile.", "text/plain"

    return create_app(Plain())


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


@variant("create.accepts-a-valid-fleet")
def requests_are_limited_by_a_clock_that_is_an_hour_ahead() -> App:
    """Send every hundredth request away until a second later, in dates of a clock that is wrong."""
    inner, number = create_app(), count(1)

    def stand(environ: dict[str, Any], start: Any) -> Any:
        if next(number) % 100:
            return answered(inner, environ, start)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        now = time.time() + 3600
        dates = [("Date", formatdate(now, usegmt=True)), ("Retry-After", formatdate(now + 1, usegmt=True))]
        start("429 Too Many Requests", [("Content-Length", "0"), *dates])
        return [b""]

    return stand
