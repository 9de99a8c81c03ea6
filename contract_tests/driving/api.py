"""The operations of the API as checks call them; what comes back is an exchange, whatever it says."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import islice, zip_longest
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.judging.fleet import SETTLING_SECONDS
from fleet_contract.contract_tests.judging.history import shown_id
from fleet_contract.contract_tests.judging.listings import cursor_of, items_of
from fleet_contract.contract_tests.judging.parsed_request import MISSING, parse_request
from fleet_contract.contract_tests.judging.texts import is_overlong
from fleet_contract.contract_tests.marks import PRINTED, number_of
from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.network.disturbance import disturbance
from fleet_contract.contract_tests.target.earlier import Stock

FLEETS = "/emp/v1/fleets"
KEYS = "/emp/v1/charging-keys"
JSON = (("Content-Type", "application/json"),)
_WAITS = (0.2, 0.6, 2.4)  # seconds, until a fleet is found that was just created
RETRIES = len(_WAITS) + 2  # at most, for what was just created
_MOST_PAGES = 20

Headers = Sequence[tuple[str, str]]


class Api:
    """One client, under one run's mark; `check` is the name of the check that drives now."""

    def __init__(self, client: Client, mark: str, location_path: str, stock: Stock | None = None) -> None:
        self.client = client
        self.mark = mark
        self.stock = stock or Stock()
        self.check = ""
        self._location_path = location_path
        self._numbers: dict[str, int] = {}
        self._patient = True
        self.takes_chunks = False  # where the last response was of HTTP/1.1 (RFC 9112, section 6.1)
        self._settles_in = 0.0  # seconds, the longest that a fleet took to be found
        self._listed_in = 0.0  # seconds, the longest that a charging key took to be listed
        self._creates: dict[str, Exchange] = {}  # the first create of each fleet that was made, by its id
        self._renamed: set[str] = set()  # the paths of all renames that succeeded
        self.created: dict[str, None] = {}  # the ids of all fleets that our owner has here, in order
        self.contested: set[str] = set()  # the ids of fleets that the other organization created in a burst
        self.found: set[str] = set()  # the ids under which a rename found a fleet
        self.with_codes: dict[str, None] = {}  # the ids of all fleets whose codes our owner was shown, in order

    # --- names for what is created ---

    def fresh_id(self, ending: str = "") -> str:
        """Return an id that nobody has used, marked as ours; `ending` is appended."""
        return self.id_of(f"{self._next('fleet'):03d}{ending}")

    def id_of(self, ending: str) -> str:
        """Return an id that is marked as ours; the same one each time."""
        return f"ct-{self.mark}-{ending}"

    def fresh_id_of(self, length: int, filler: str = "a") -> str:
        """Return a fresh id of a length in code points, filled up with a character."""
        id = self.fresh_id("-")
        return id + filler * (length - len(id))

    def fresh_number(self) -> int:
        """Return a number that begins with the mark's digits: a server may take it for the id or the name it spells."""
        return int(f"{number_of(self.mark)}{self._next('number'):03d}")

    def fresh_name(self, length: int = 0, filler: str = "a") -> str:
        """Return a name that no other fleet has, filled up to a length in code points."""
        name = f"Contract Test {self.mark} {self._next('name'):03d}"
        return name + filler * (length - len(name))

    def fresh_key(self, **fields: Any) -> dict[str, Any]:
        """Return a charging key that nobody has, disabled unless `fields` say otherwise; None leaves a field out."""
        number, mark = self._next("key"), self.mark.upper()
        key = {
            # In capitals, as RFID readers and eMAIDs (ISO 15118) have them: not every server takes others.
            "keyIdentifier": f"07{mark}{number:04X}",
            "visualNumber": f"{PRINTED}{mark}-K{number:03d}",
            "contractId": f"DE{number:03d}C{mark}",
            "enabled": False,
        }
        return {name: value for name, value in {**key, **fields}.items() if value is not None}

    def _next(self, kind: str) -> int:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    # --- operations ---

    def send(self, method: str, path: str, **how: Any) -> Exchange:
        """Send any request; raises Untested when something else than the API answered."""
        exchange = self._undisturbed(self.client.send(method, path, check=self.check, **how))
        self.takes_chunks = exchange.answer is not None and not exchange.answer.is_http_1_0
        if exchange.succeeded and method == "POST" and path == FLEETS:
            made = _made_by(exchange)
            if made is not None:
                self._creates.setdefault(made, exchange)
        elif exchange.succeeded and method == "PUT":
            self._renamed.add(path)
        return exchange

    def create(
        self, id: Any = MISSING, name: Any = MISSING, *, more: dict[str, Any] | None = None, **how: Any
    ) -> Exchange:
        """Create a fleet; what is MISSING is left out of the body, and `more` is added to it."""
        members = {"fleetId": id, "fleetName": name, **(more or {})}
        exchange = self.post(FLEETS, {key: value for key, value in members.items() if value is not MISSING}, **how)
        if exchange.request.caller is Caller.OTHER and exchange.burst:
            self.contested.add(str(id))
        if (
            exchange.succeeded
            and exchange.request.caller is Caller.OWNER
            and isinstance(id, str)
            and not is_overlong(id)
        ):
            self.created.setdefault(id)
        return exchange

    def rename(self, id: str, name: Any = MISSING, *, more: dict[str, Any] | None = None, **how: Any) -> Exchange:
        """Rename a fleet; waits for one that was created and is not found yet."""
        members = {"newName": name, **(more or {})}
        body = {key: value for key, value in members.items() if value is not MISSING}
        return self.put_name(id, spell(body), **how)

    def put_name(self, id: str, body: bytes, *, headers: Headers = JSON, path: str = "", **how: Any) -> Exchange:
        """Rename with a body of any bytes; `path` is the segment that stands for the id, if it is to be another."""
        itself = f"{FLEETS}/{segment(id)}/rename"
        path = f"{FLEETS}/{path}/rename" if path else itself
        is_itself = path == itself
        if self._settles_in and is_itself:
            self._let_settle(id, how.get("caller", Caller.OWNER))
        exchange = self.send("PUT", path, body=body, headers=headers, **how)
        if is_itself and exchange.succeeded:
            self.found.add(id)
        is_missed = is_itself and exchange.status == HTTPStatus.NOT_FOUND
        created = self._create_of(id, exchange.request.caller) if is_missed else None
        if created is None:
            return exchange
        found = self.patiently(
            lambda: self.send("PUT", path, body=body, headers=headers, **how),
            lambda again: again.status != HTTPStatus.NOT_FOUND,
            created.ended,
        )
        if found.succeeded:
            self._settles_in = max(self._settles_in, found.started - created.ended)
        return found

    def _let_settle(self, id: str, caller: Caller) -> None:
        """Wait until a fleet should be found, where others were not found at once: it costs fewer requests."""
        created = self._create_of(id, caller)
        if created is not None:
            time.sleep(max(0.0, created.ended + self._settles_in - time.monotonic()))

    @property
    def is_patient(self) -> bool:
        """Whether it waits for what was just created."""
        return self._patient

    def be_patient(self, patient: bool) -> None:
        """Say whether to wait for what is created from now on."""
        self._patient = patient

    def patiently(self, send: Callable[[], Exchange], found: Callable[[Exchange], bool], created: float) -> Exchange:
        """Send again until what was created appears, for the last time when it should have settled.

        `created` is when, by the monotonic clock. After something that never appeared nothing is waited for any more.
        """
        for wait in _WAITS if self._patient else ():
            time.sleep(wait)
            exchange = send()
            if found(exchange):
                return exchange
        self._patient = False
        time.sleep(max(0.0, created + SETTLING_SECONDS + 0.1 - time.monotonic()))  # only then is it lost
        return send()

    def _create_of(self, id: str, caller: Caller) -> Exchange | None:
        """Return the create of a fleet that nobody has found yet, None where it need not be waited for."""
        create = self._creates.get(id)
        if not self._patient or self.client.in_burst or create is None or create.request.caller is not caller:
            return None
        return None if f"{FLEETS}/{segment(id)}/rename" in self._renamed else create

    def invitation(self, id: str, **how: Any) -> Exchange:
        exchange = self.send("GET", f"{FLEETS}/{segment(id)}/invitation", **how)
        if exchange.succeeded and exchange.request.caller is Caller.OWNER:
            self.with_codes.setdefault(id)
        return exchange

    def create_key(self, charging_key: Any, **how: Any) -> Exchange:
        return self.post(KEYS, charging_key, **how)

    def await_key(self, charging_key: dict[str, Any], caller: Caller = Caller.OWNER) -> None:
        """List the keys of a key's fleet, or all, until it is among them; a server may take a moment."""
        sent = time.monotonic()
        query = {"page_size": 500, **({"fleetId": charging_key["fleetId"]} if "fleetId" in charging_key else {})}

        def listed(page: Exchange) -> bool:
            numbers = [item.get("visualNumber") for item in items_of(page) or ()]
            return charging_key["visualNumber"] in numbers or cursor_of(page) is not None

        time.sleep(self._listed_in if self._patient else 0.0)
        if not listed(self.list_keys(caller=caller, **query)) and self._patient:
            found = self.patiently(lambda: self.list_keys(caller=caller, **query), listed, sent)
            if listed(found):
                self._listed_in = max(self._listed_in, found.started - sent)

    def list_keys(self, *, caller: Caller = Caller.OWNER, **query: Any) -> Exchange:
        """List charging keys; `query` is fleetId, cursor, page_size."""
        return self.send("GET", f"{KEYS}?{urlencode(query, errors='surrogatepass')}" if query else KEYS, caller=caller)

    def walk_keys(self, *, caller: Caller = Caller.OWNER, pages: int = _MOST_PAGES, **query: Any) -> list[Exchange]:
        """List charging keys page by page to the end, until a cursor repeats and brings nothing, or `pages` are read.

        An empty page is the last one to be read, but for the first: where it leads on, it is to be seen whither.
        """
        return list(islice(self._pages(caller, query), pages))

    def walk_in_turns(self, *queries: dict[str, Any], pages: int = _MOST_PAGES) -> None:
        """List charging keys in several ways as walk_keys does, a page of each list in turn."""
        for _ in zip_longest(*(islice(self._pages(Caller.OWNER, query), pages) for query in queries)):
            pass

    def _pages(self, caller: Caller, query: dict[str, Any]) -> Iterator[Exchange]:
        seen, shown = set[str](), set[str]()
        before, page = None, self.list_keys(caller=caller, **query)
        yield page
        while (cursor := cursor_of(page)) is not None:
            listed = {str(item.get("keyIdentifier")) for item in items_of(page) or ()}
            # One empty page may lead on, where a filter is applied to what a page holds; two lead nowhere.
            if before is not None and not items_of(before) and not listed:
                return
            if cursor in seen and listed <= shown:
                return
            seen.add(cursor)
            shown |= listed
            before, page = page, self.list_keys(caller=caller, **{**query, "cursor": cursor})
            yield page

    def location(
        self,
        id: str,
        fleet: str | None = None,
        *,
        spelled: Callable[[str], str] = quote_plus,
        caller: Caller = Caller.OWNER,
    ) -> Exchange:
        """Get a location by id, with the prices of a fleet if one is given, whose id is `spelled` for the query."""
        path = self._location_path.replace("{locationId}", segment(id))
        query = "" if fleet is None else f"?fleetId={spelled(fleet)}"
        return self.send("GET", path + query, caller=caller)

    def post(self, path: str, value: Any, *, headers: Headers = JSON, **how: Any) -> Exchange:
        """Send a value as the JSON body of a POST."""
        return self.send("POST", path, body=spell(value), headers=headers, **how)

    # --- what overlaps ---

    def at_once(self, *calls: Callable[[], object], requests: int = 0) -> None:
        """Make calls that begin together, each in a thread of its own; what the first of them raised is raised.

        Each sends one request, or they send `requests` in all. None waits for what is not found yet.
        """
        with self.client.burst(requests or len(calls), len(calls)) as line, ThreadPoolExecutor(len(calls)) as threads:

            def begin(call: Callable[[], object]) -> object:
                try:
                    return call()
                finally:
                    line.give_up()

            try:
                begun = [threads.submit(begin, call) for call in calls]
            except BaseException:  # No thread was to be had, or a signal came: nobody waits for those who never begin.
                line.give_up()
                raise
        for each in begun:
            each.result()
        for exchange in self.client.last_burst():
            self._undisturbed(exchange)

    # --- set-up ---

    @property
    def spares_fleets(self) -> bool:
        """Whether the fleets of earlier runs are used, and few are created."""
        return not self.stock.is_empty

    def any_fleet(self, **how: Any) -> str:
        """Return a fleet that no other check uses; raises Untested when the server refuses to create one."""
        return self.fleet_like(self.fresh_id(), **how)

    def fleet_like(self, id: str, *, caller: Caller = Caller.OWNER) -> str:
        """Return a fleet of an earlier run whose id is like this one but for its mark, else create the fleet."""
        return self.earlier_fleet_like(id, caller) or self.make_fleet(id, caller=caller)

    def earlier_fleet_like(self, id: str, caller: Caller = Caller.OWNER) -> str | None:
        """Return a fleet of an earlier run that is still there, which the name shows that it gets; None without one."""
        for earlier in self.stock.like(id, caller):
            is_there = self.rename(earlier, self.fresh_name(), caller=caller).succeeded
            (self.stock.used if is_there else self.stock.lost).append(earlier)
            if is_there:
                if caller is Caller.OWNER:
                    self.created.setdefault(earlier)
                return earlier
        return None

    def make_fleet(self, id: str, **how: Any) -> str:
        """Create a fleet and return its id; raises Untested when the server refuses it."""
        return self.require(self.create(id, self.fresh_name(), **how), id)

    def require(self, exchange: Exchange, made: str) -> str:
        """Return what was made; raises Untested when it was refused."""
        if not exchange.succeeded:
            reason = f"the server refused the setup: {made} was answered {exchange.status}"
            raise Untested(Reason(SkipReason.SETUP, self.client.told.text(reason)))
        return made

    def _undisturbed(self, exchange: Exchange) -> Exchange:
        """Return an exchange that the API answered; raises Untested where something else did."""
        between, request = disturbance(exchange), exchange.request
        if between:
            reason = Reason(SkipReason.DISTURBED, between, call=(request.method, request.path))
            raise Untested(reason.masked(self.client.told))
        return exchange


def _made_by(create: Exchange) -> str | None:
    """Return the id of the fleet that a create made: as its answer shows it, which may be tidier than what was sent."""
    sent = parse_request(create.request, "").fields.get("fleetId")
    return shown_id(create, sent) if isinstance(sent, str) else None


def in_lower_case(segment: str) -> str:
    """Return a segment with its percent-encodings in lower case, which mean the same (RFC 3986, section 6.2.2.1)."""
    return re.sub("%[0-9A-F]{2}", lambda encoded: encoded[0].lower(), segment)


def without_need(id: str) -> str:
    """Return an id for a path or a query with its hyphens encoded too, which means the same (RFC 3986, section 2.3)."""
    return segment(id).replace("-", "%2D")


def segment(id: str) -> str:
    """Return an id as one segment of a path; dots are encoded too where they would be walked (RFC 3986, 5.2.4)."""
    if id in (".", ".."):
        return "%2E" * len(id)
    return quote(id, safe="")
