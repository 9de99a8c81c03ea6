"""Faults in turning the pages of a list of charging keys."""

import re

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import PAGE_SIZES, Handler, World, cursor_to
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import Page
from fleet_contract.mock_server.store.plain import PlainStore

OPERATION = "list_charging_keys"


@fault(breaks={"keys.page-size-is-obeyed"})
def page_size_is_ignored(parts: Parts) -> None:
    """Every page holds up to 100 keys."""

    async def ignoring(inner: Handler, world: World, call: Call) -> Reply:
        call.query.pop("page_size", None)
        return await inner(world, call)

    parts.wrap(OPERATION, ignoring)


@fault(breaks={"keys.page-size-is-obeyed"})
def a_page_holds_one_key_more(parts: Parts) -> None:
    """A page holds one key more than page_size says."""

    class Generous(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            return await super().page(tenant, fleet_id, start, size + 1)

    parts.mix_into_store(Generous)


@fault(breaks={"keys.page-size-is-obeyed"})
def page_size_ends_at_100(parts: Parts) -> None:
    """A page_size of more than 100 is refused."""
    parts.page_size()["maximum"] = 100


@fault(breaks={"keys.page-size-is-obeyed"})
def page_size_begins_at_11(parts: Parts) -> None:
    """A page_size of 10 is refused."""
    parts.page_size()["minimum"] = 11


@fault(breaks={"keys.page-size-out-of-range"})
def a_page_size_of_one_is_taken(parts: Parts) -> None:
    """A page_size below 10 is taken as it is."""
    parts.page_size().pop("minimum", None)

    async def taking(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        size = call.query.get("page_size", PAGE_SIZES.start)
        return (
            reply
            if size >= PAGE_SIZES.start
            else Reply(200, {**reply.body, "keys": reply.body["keys"][: max(size, 0)]})
        )

    parts.wrap(OPERATION, taking)


@fault(breaks={"keys.page-size-out-of-range"})
def a_page_of_a_negative_size_is_one_short(parts: Parts) -> None:
    """A page_size below 0 is counted from the end of the keys, as a slice of a list is."""
    parts.page_size().pop("minimum", None)

    async def slicing(inner: Handler, world: World, call: Call) -> Reply:
        size = call.query.get("page_size", PAGE_SIZES.start)
        if size < 0:
            reply = await inner(world, call)
            return Reply(200, {**reply.body, "keys": reply.body["keys"][:size], "cursor": cursor_to(0)})
        if size < PAGE_SIZES.start and world.dialect["keys.page-size"] in ("400", "422"):
            raise Refusal(Kind.BAD_PAGE_SIZE, f"page_size must be at least {PAGE_SIZES.start}.")
        return await inner(world, call)

    parts.wrap(OPERATION, slicing)


@fault(breaks={"keys.page-size-out-of-range"})
def a_page_size_out_of_range_is_not_satisfiable(parts: Parts) -> None:
    """A page_size outside 10 to 500 is answered 416."""
    parts.refuse_with(OPERATION, 416, Kind.BAD_PAGE_SIZE)


@fault(breaks={"keys.pages-list-each-key-once"})
def a_page_begins_with_the_last_key_of_the_one_before(parts: Parts) -> None:
    """The cursor leads to the last key of its own page."""

    class Repeating(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            if page.next is None:
                return page
            return Page(page.keys, self.charging_keys.index(page.keys[-1]))

    parts.mix_into_store(Repeating)


@fault(breaks={"keys.pages-list-each-key-once"})
def a_cursor_skips_a_key(parts: Parts) -> None:
    """The cursor leads past the first key of the next page where that has another."""

    class Skipping(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            if page.next is None:
                return page
            after = await super().page(tenant, fleet_id, page.next + 1, size)
            return Page(page.keys, page.next + 1 if after.keys else page.next)

    parts.mix_into_store(Skipping)


@fault(breaks={"keys.paging-ends"})
def the_last_page_has_a_cursor(parts: Parts) -> None:
    """The last page has a cursor too, which leads to an empty page, and so on for ever."""

    class Endless(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            return Page(page.keys, page.next or max(start, len(self.charging_keys)) + 1)

    parts.mix_into_store(Endless)


@fault(breaks={"keys.paging-ends"})
def the_last_cursor_leads_nowhere(parts: Parts) -> None:
    """A last page that is full has a cursor, which is answered 404."""

    async def leading_nowhere(inner: Handler, world: World, call: Call) -> Reply:
        reply = await inner(world, call)
        if not reply.body["keys"] and "cursor" in call.query:
            raise Refusal(Kind.UNKNOWN_FLEET, "There is no such page.")
        return reply

    class Endless(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            return page if page.next is not None or not page.keys else Page(page.keys, len(self.charging_keys) + 1)

    parts.mix_into_store(Endless)
    parts.wrap(OPERATION, leading_nowhere)


@fault(breaks={"keys.paging-ends"})
def a_cursor_works_only_with_the_default_page_size(parts: Parts) -> None:
    """A cursor together with a page_size is answered 400."""

    async def refusing(inner: Handler, world: World, call: Call) -> Reply:
        if {"cursor", "page_size"} <= set(call.query):
            raise Refusal(Kind.BAD_PARAMETER, "cursor and page_size exclude each other.")
        return await inner(world, call)

    parts.wrap(OPERATION, refusing)


@fault(breaks={"keys.page-size-is-obeyed"})
def a_page_of_ten_holds_eleven(parts: Parts) -> None:
    """A page_size of 10 is taken for 11."""

    class Generous(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            return await super().page(tenant, fleet_id, start, 11 if size == PAGE_SIZES.start else size)

    parts.mix_into_store(Generous)


@fault(breaks={"keys.page-size-is-obeyed"})
def page_sizes_are_rounded_up_to_tens(parts: Parts) -> None:
    """A page_size is rounded up to the next ten."""

    class Rounding(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            return await super().page(tenant, fleet_id, start, -(-size // 10) * 10)

    parts.mix_into_store(Rounding)


@fault(breaks={"keys.page-size-is-obeyed"})
def a_page_size_of_500_is_refused(parts: Parts) -> None:
    """A page_size of 500 is refused."""
    parts.page_size()["maximum"] = 499


@fault(breaks={"keys.page-size-is-obeyed"})
def the_page_size_is_forgotten_after_the_first_page(parts: Parts) -> None:
    """A page that a cursor leads to holds up to 100 keys."""

    async def forgetting(inner: Handler, world: World, call: Call) -> Reply:
        if "cursor" in call.query:
            call.query.pop("page_size", None)
        return await inner(world, call)

    parts.wrap(OPERATION, forgetting)


@fault(breaks={"keys.page-size-out-of-range"})
def a_page_size_below_ten_is_not_found(parts: Parts) -> None:
    """A page_size of one digit is answered 404 where it is refused."""
    parts.refuse_with(
        OPERATION,
        404,
        Kind.BAD_PAGE_SIZE,
        when=lambda call: re.search(rb"page_size=\d(?!\d)", call.raw_query) is not None,
    )


@fault(breaks={"keys.pages-list-each-key-once", "keys.paging-ends"})
def the_cursor_is_ignored(parts: Parts) -> None:
    """Every page is the first one, its cursor included."""

    async def ignoring(inner: Handler, world: World, call: Call) -> Reply:
        call.query.pop("cursor", None)
        return await inner(world, call)

    parts.wrap(OPERATION, ignoring)


@fault(breaks={"keys.pages-list-each-key-once", "keys.unfiltered-list-is-whole"})
def a_last_page_that_is_not_full_is_left_out(parts: Parts) -> None:
    """A page is followed by another only where that is full."""

    class Rounding(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            if page.next is None:
                return page
            following = await super().page(tenant, fleet_id, page.next, size)
            return Page(page.keys, page.next if len(following.keys) == size else None)

    parts.mix_into_store(Rounding)


@fault(breaks={"keys.pages-list-each-key-once"})
def the_second_page_lacks_its_last_key(parts: Parts) -> None:
    """A page that a cursor leads to leaves out its last key, where it has others."""

    class Skipping(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            return Page(page.keys[:-1], page.next) if start and len(page.keys) > 1 else page

    parts.mix_into_store(Skipping)


@fault(breaks={"keys.paging-ends"})
def a_full_page_always_has_a_cursor(parts: Parts) -> None:
    """A page that is full has a cursor, which leads to an empty page where nothing follows."""

    class Full(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            is_full = page.next is None and len(page.keys) == size
            return Page(page.keys, len(self.charging_keys) + 1) if is_full else page

    parts.mix_into_store(Full)


@fault(breaks={"keys.paging-ends"})
def a_cursor_is_forgotten_at_once(parts: Parts) -> None:
    """A cursor is answered 400, as if none such had been given out."""
    parts.answer_with(OPERATION, 400, lambda call: "cursor" in call.query)


@fault(breaks={"keys.paging-ends"})
def a_full_page_of_all_keys_has_a_cursor(parts: Parts) -> None:
    """A page without a filter that is full has a cursor, though none but other organizations' keys follow."""

    class Full(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            is_full = fleet_id is None and page.next is None and len(page.keys) == size
            return Page(page.keys, len(self.charging_keys) + 1) if is_full else page

    parts.mix_into_store(Full)


@fault(breaks={"keys.page-size-is-obeyed"})
def the_page_size_is_forgotten_after_the_second_page(parts: Parts) -> None:
    """A page behind the twentieth key holds up to 100 keys."""

    class Forgetting(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            before = [place for place, _ in self.listed(tenant, fleet_id) if place < start]
            return await super().page(tenant, fleet_id, start, 100 if len(before) >= 2 * PAGE_SIZES.start else size)

    parts.mix_into_store(Forgetting)


@fault(breaks={"keys.pages-list-each-key-once", "keys.unfiltered-list-is-whole"})
def the_third_page_is_the_last(parts: Parts) -> None:
    """Small pages end with the third one, whatever would follow."""

    class Ending(PlainStore):
        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            before = [place for place, _ in self.listed(tenant, fleet_id) if place < start]
            return Page(page.keys, None) if len(before) == 2 * size else page

    parts.mix_into_store(Ending)


@fault(breaks={"keys.paging-ends"})
def a_cursor_is_divided_at_colons(parts: Parts) -> None:
    """A cursor in the list of a fleet whose id holds a colon is answered 400, as if it had a part too many."""

    async def dividing(inner: Handler, world: World, call: Call) -> Reply:
        if "cursor" in call.query and ":" in call.query.get("fleetId", ""):
            raise Refusal(Kind.BAD_PARAMETER, "cursor has too many parts.")
        return await inner(world, call)

    parts.wrap(OPERATION, dividing)
