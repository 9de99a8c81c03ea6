"""A walk: the pages of one list of charging keys, followed by their cursors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.judging.known import Known, history_of, value_of

Item = dict[str, Any]


@dataclass
class Walk:
    """Pages that belong together, in order; `fleet` is the filter, None where there is none."""

    caller: Caller
    fleet: str | None
    page_size: str | None
    pages: list[Exchange] = field(default_factory=list)

    @cached_property
    def items(self) -> list[Item]:
        """The keys of all pages that are objects, in order."""
        return list(chain.from_iterable(items_of(page) or () for page in self.pages))

    @cached_property
    def by_number(self) -> dict[Any, Item]:
        """The keys by what is printed on them."""
        return {number: item for item in self.items if isinstance(number := item.get("visualNumber"), str)}

    @cached_property
    def _by_identifier(self) -> dict[str, Item]:
        return {str(item.get("keyIdentifier")).casefold(): item for item in self.items}

    def item(self, fields: Mapping[str, Any]) -> Item | None:
        """Return a key as it is listed: by its identifier, whose digits have no case, else by its visual number."""
        by_identifier = self._by_identifier.get(str(fields.get("keyIdentifier")).casefold())
        return by_identifier or self.by_number.get(str(fields.get("visualNumber")))

    def is_same_list(self, other: "Walk") -> bool:
        return (self.caller, self.fleet) == (other.caller, other.fleet)

    @property
    def cursor(self) -> str | None:
        """The cursor that leads on from the last page."""
        return cursor_of(self.pages[-1])

    @cached_property
    def complete(self) -> bool:
        """Whether the last page was reached, and every page could be read."""
        return not self.cursor and all(items_of(page) is not None for page in self.pages)

    @property
    def started(self) -> float:
        return self.pages[0].started

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the pages, the last first."""
        return tuple(page.number for page in reversed(self.pages))


def items_of(page: Exchange) -> list[Item] | None:
    """Return the keys that a page lists, None where the page or one of them has another form."""
    value = value_of(page)
    items = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    return items


def cursor_of(page: Exchange) -> str | None:
    """Return the cursor of a page; null and an empty string lead nowhere."""
    value = value_of(page)
    cursor = value.get("cursor") if isinstance(value, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None


def walks(known: Known) -> list[Walk]:
    """Return every walk of a history, whole or not, in the order in which they began."""
    begun: list[Walk] = []
    for exchange in history_of(known, "list_charging_keys"):
        if not exchange.succeeded:
            continue
        query = known.sent[exchange.number].query
        walk = Walk(exchange.request.caller, query.get("fleetId"), query.get("page_size"))
        if "cursor" in query:
            walk = next(_led_on(begun, walk, query["cursor"]), walk)
        else:
            begun.append(walk)
        walk.pages.append(exchange)
    return begun


def _led_on(begun: list[Walk], like: Walk, cursor: str) -> Iterator[Walk]:
    for walk in reversed(begun):
        same = (walk.caller, walk.fleet, walk.page_size) == (like.caller, like.fleet, like.page_size)
        if same and walk.cursor == cursor:
            yield walk
