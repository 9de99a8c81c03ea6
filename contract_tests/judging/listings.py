"""A listing: the pages of one list of charging keys, followed by their cursors."""

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

from fleet_contract.contract_tests.exchange import Caller, Exchange, value_of

Item = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """Pages that belong together, in order; `fleet` is the filter, None where there is none."""

    caller: Caller
    fleet: str | None
    page_size: str | None
    pages: tuple[Exchange, ...]

    def followed_by(self, page: Exchange) -> "Listing":
        return replace(self, pages=(*self.pages, page))

    @cached_property
    def items(self) -> list[Item]:
        """The keys of all pages that are objects, in order."""
        return list(chain.from_iterable(items_of(page) or () for page in self.pages))

    @cached_property
    def identifiers(self) -> frozenset[str]:
        return frozenset(str(item.get("keyIdentifier")) for item in self.items)

    @cached_property
    def by_number(self) -> dict[str, Item]:
        """The keys by what is printed on them."""
        return {number: item for item in self.items if isinstance(number := item.get("visualNumber"), str)}

    @cached_property
    def by_shown_fleet(self) -> Mapping[str, Set[str]]:
        """The identifiers of the keys by what they show as their fleet."""
        found: dict[str, set[str]] = defaultdict(set)
        for item in self.items:
            if isinstance(item.get("fleetId"), str):
                found[item["fleetId"]].add(str(item.get("keyIdentifier")))
        return found

    @cached_property
    def _by_identifier(self) -> dict[str, Item]:
        return {str(item.get("keyIdentifier")).casefold(): item for item in self.items}

    def item(self, fields: Mapping[str, Any]) -> Item | None:
        """Return a key as it is listed: by its identifier, whose digits have no case, else by its visual number."""
        by_identifier = self._by_identifier.get(str(fields.get("keyIdentifier")).casefold())
        return by_identifier or self.by_number.get(str(fields.get("visualNumber")))

    def is_of_the_same_list(self, other: "Listing") -> bool:
        return (self.caller, self.fleet) == (other.caller, other.fleet)

    @property
    def cursor(self) -> str | None:
        """The cursor that leads on from the last page."""
        return cursor_of(self.pages[-1])

    @cached_property
    def is_complete(self) -> bool:
        """Whether the last page was reached, and every page could be read."""
        return not self.cursor and all(items_of(page) is not None for page in self.pages)

    @property
    def started(self) -> float:
        return self.pages[0].started

    @property
    def ended(self) -> float:
        return self.pages[-1].ended

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
