"""Variants that settle otherwise what lists, codes and prices show."""

import json
import re
from typing import Any

import falcon
from falcon import Request, Response
from tests.independent.server import Drive, bad, create_app, reply

from .registry import App, variant

EMAID = re.compile("[A-Za-z]{2}[0-9A-Za-z]{3}[Cc]?[0-9A-Za-z]{8,13}")  # how ISO 15118 writes a contract


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


class Repriced(Drive):
    """Show another price of a location each time that it is asked for."""

    asked = 0

    def reprice(self, price: dict[str, Any], req: Request) -> None:
        raise NotImplementedError

    def on_get_location(self, req: Request, resp: Response, location_id: str) -> None:
        super().on_get_location(req, resp, location_id)
        self.asked += 1
        place = json.loads(resp.data or b"null")
        self.reprice(place["evses"][0]["connectors"][0]["price"], req)
        reply(resp, place)


@variant("prices")
def prices_have_new_ids_each_time_and_decimals_with_zeros() -> App:
    """Give prices an id of their own in each answer, and now and then a zero more behind the point."""

    class Fickle(Repriced):
        def reprice(self, price: dict[str, Any], req: Request) -> None:
            del req
            element = price["elements"][0]
            price["id"], element["price"] = f"p-{self.asked}", f"{element['price']:.2f}" + "0" * (self.asked % 3)

    return create_app(Fickle())


@variant("prices")
def prices_follow_a_market() -> App:
    """Show each time a price of that moment, until when it is valid, and for which fleet."""

    class Market(Repriced):
        def reprice(self, price: dict[str, Any], req: Request) -> None:
            price["elements"][0]["price"] += self.asked / 1_000
            price["priceValidUntil"], price["occupancyRate"] = 1_790_000_000_000 + self.asked, self.asked % 7 / 7
            price["fleet"] = req.get_param("fleetId")

    return create_app(Market())


@variant("prices", "keys.list")
def an_unknown_fleet_of_a_query_is_unprocessable() -> App:
    """Answer 422 to a query for a fleet that nobody has, of keys and of a location."""

    class Strict(Drive):
        def require_known(self, req: Request) -> None:
            if req.get_param("fleetId") not in (None, *self.fleets):
                raise falcon.HTTPUnprocessableEntity(description="There is no such fleet.")

        def on_get_keys(self, req: Request, resp: Response) -> None:
            self.require_known(req)
            super().on_get_keys(req, resp)

        def on_get_location(self, req: Request, resp: Response, location_id: str) -> None:
            self.require_known(req)
            super().on_get_location(req, resp, location_id)

    return create_app(Strict())


class InCapitals(Drive):
    """Look at the texts of a key that have lower-case letters, before they are kept."""

    def in_capitals(self, name: str, value: str) -> str:
        del name
        return value.upper()

    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = super().text(body, name)
        is_of_a_key = value is not None and name in ("keyIdentifier", "visualNumber", "contractId")
        return self.in_capitals(name, str(value)) if is_of_a_key else value


@variant("keys.create-accepts", "keys.created", "keys.listed")
def keys_are_folded_to_capitals() -> App:
    """Keep the identifier, the printed number and the contract of a key in capitals."""
    return create_app(InCapitals())


@variant("keys.create-accepts")
def contracts_have_the_form_of_an_emaid() -> App:
    """Refuse a key whose contract is none as ISO 15118 writes it, which begins with the letters of a country."""

    class Strict(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = super().text(body, name)
            if name == "contractId" and not EMAID.fullmatch(value or ""):
                raise bad("contractId is no eMAID.")
            return value

    return create_app(Strict())


@variant("keys.create-accepts", "keys.created", "keys.listed")
def keys_are_taken_in_capitals_alone() -> App:
    """Refuse a key with a lower-case letter in its identifier, its printed number or its contract."""

    class Strict(InCapitals):
        def in_capitals(self, name: str, value: str) -> str:
            if value != value.upper():
                raise bad(f"{name} has capitals and digits alone.")
            return value

    return create_app(Strict())
