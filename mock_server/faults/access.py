"""Faults in asking for a key."""

import re
from collections.abc import Callable

from fleet_contract.mock_server.access import Access
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import HANDLERS
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.parts import Parts

SHORTEST_PREFIX = 4


def key_not_required(operation_id: str) -> None:
    """Register the fault of an operation that answers without a key."""

    def opened(parts: Parts) -> None:
        class Open(Access):
            def key(self, call: Call) -> str | None:
                return super().key(call) or (next(iter(self.tenants)) if call.operation_id == operation_id else None)

        parts.mix_into_access(Open)

    words = operation_id.replace("_", "-")
    register_fault(f"{words}-needs-no-key", {"access.key-is-required"}, f"No key is needed to {words}.", opened)


for known in HANDLERS:
    key_not_required(known)


@fault(breaks={"access.key-is-required"})
def a_missing_key_is_a_bad_request(parts: Parts) -> None:
    """A request without a key is answered 400."""
    for operation in HANDLERS:
        parts.refuse_with(operation, 400, Kind.MISSING_KEY)


@fault(breaks={"access.key-is-checked"})
def every_key_is_taken(parts: Parts) -> None:
    """A key that nobody was given is taken for the first tenant's."""
    parts.any_key = True


@fault(breaks={"access.key-is-checked"})
def the_beginning_of_a_key_is_enough(parts: Parts) -> None:
    """A key is taken whose first characters are those of a real one."""

    class Short(Access):
        def tenant_of(self, key: str) -> str | None:
            alike = [tenant for known, tenant in self.tenants.items() if known.startswith(key)]
            return super().tenant_of(key) or (alike[0] if alike and len(key) >= SHORTEST_PREFIX else None)

    parts.mix_into_access(Short)


@fault(breaks={"access.key-is-checked"})
def what_follows_a_key_is_overlooked(parts: Parts) -> None:
    """A key is taken that begins with a real one."""

    class Long(Access):
        def tenant_of(self, key: str) -> str | None:
            alike = [tenant for known, tenant in self.tenants.items() if key.startswith(known)]
            return alike[0] if alike else super().tenant_of(key)

    parts.mix_into_access(Long)


@fault(breaks={"access.key-is-checked"})
def keys_have_no_case(parts: Parts) -> None:
    """A key is taken that differs from a real one only in case."""

    class Lowering(Access):
        def tenant_of(self, key: str) -> str | None:
            return super().tenant_of(key.lower())

    parts.mix_into_access(Lowering)


@fault(breaks={"access.key-is-checked"})
def an_unknown_key_is_not_found(parts: Parts) -> None:
    """A request with a key that nobody was given is answered 404."""
    for operation in HANDLERS:
        parts.refuse_with(operation, 404, Kind.UNKNOWN_KEY)


@fault(breaks={"access.header-name-has-no-case"})
def the_key_header_is_read_in_one_spelling(parts: Parts) -> None:
    """The key is found under X-API-Key and x-api-key, and under no other spelling."""

    def overlook(data: bytes) -> bytes:
        return re.sub(rb"(?<=\n)(?!X-API-Key:|x-api-key:)(?i:x-api-key)(?=:)", b"X-Overlooked", data)

    parts.rewrite = overlook


def any_key_is_taken(operation_id: str) -> None:
    """Register the fault of an operation that takes any key for the first tenant's."""

    def opened(parts: Parts) -> None:
        class Lax(Access):
            def key(self, call: Call) -> str | None:
                key = super().key(call)
                unknown = key and call.operation_id == operation_id and self.tenant_of(key) is None
                return next(iter(self.tenants)) if unknown else key

        parts.mix_into_access(Lax)

    words = operation_id.replace("_", "-")
    register_fault(f"{words}-takes-any-key", {"access.key-is-checked"}, f"Any key will do to {words}.", opened)


for known in HANDLERS:
    any_key_is_taken(known)


def another_way_in(name: str, text: str, way: Callable[[Call], bool]) -> None:
    """Register the fault of a second way to identify oneself, beside the key that is to be required."""

    def opened(parts: Parts) -> None:
        class Open(Access):
            def key(self, call: Call) -> str | None:
                return super().key(call) or (next(iter(self.tenants)) if way(call) else None)

        parts.mix_into_access(Open)

    register_fault(name, {"access.key-is-required"}, text, opened)


another_way_in(
    "a-key-in-the-query-is-taken",
    "A request without X-API-Key is answered where its query has a key.",
    lambda call: b"key=" in call.raw_query.lower(),
)
another_way_in(
    "any-authorization-is-taken",
    "A request without X-API-Key is answered where it has Authorization, whatever that says.",
    lambda call: call.header("authorization") is not None,
)
another_way_in(
    "any-cookie-is-taken",
    "A request without X-API-Key is answered where it has a Cookie, whatever that says.",
    lambda call: call.header("cookie") is not None,
)
another_way_in(
    "an-empty-key-is-taken",
    "A request whose X-API-Key is empty is answered.",
    lambda call: call.header("x-api-key") == "",
)


def refuse_keys_otherwise(name: str, text: str, breaks: str, status: int, kind: Kind) -> None:
    """Register the fault of a missing or an unknown key that is answered another status."""

    def edit(parts: Parts) -> None:
        for operation in HANDLERS:
            parts.refuse_with(operation, status, kind)

    register_fault(name, {breaks}, text, edit)


refuse_keys_otherwise(
    "a-missing-key-is-refused-with-200",
    "A request without a key is answered 200 with a problem for a body.",
    "access.key-is-required",
    200,
    Kind.MISSING_KEY,
)
refuse_keys_otherwise(
    "a-missing-key-leads-to-a-log-in",
    "A request without a key is answered 302.",
    "access.key-is-required",
    302,
    Kind.MISSING_KEY,
)
refuse_keys_otherwise(
    "an-unknown-key-is-refused-with-200",
    "A request with a key that nobody was given is answered 200 with a problem for a body.",
    "access.key-is-checked",
    200,
    Kind.UNKNOWN_KEY,
)
refuse_keys_otherwise(
    "an-unknown-key-is-a-bad-request",
    "A request with a key that nobody was given is answered 400.",
    "access.key-is-checked",
    400,
    Kind.UNKNOWN_KEY,
)


@fault(breaks={"access.header-name-has-no-case"})
def the_key_header_is_read_in_capitals_only(parts: Parts) -> None:
    """The key is not found under a name without a capital."""

    def overlook(data: bytes) -> bytes:
        return data.replace(b"\nx-api-key:", b"\nx-overlooked:")

    parts.rewrite = overlook


def take_for(name: str, text: str, real: Callable[[str], str]) -> None:
    """Register the fault of a key that is taken for the real one which it becomes."""

    def edit(parts: Parts) -> None:
        class Careless(Access):
            def tenant_of(self, key: str) -> str | None:
                alike = {real(known): tenant for known, tenant in self.tenants.items()}
                return super().tenant_of(key) or alike.get(real(key))

        parts.mix_into_access(Careless)

    register_fault(name, {"access.key-is-checked"}, text, edit)


take_for("quotes-around-a-key-are-overlooked", "A real key in double quotes is taken.", lambda key: key.strip('"'))
take_for(
    "hyphens-in-a-key-are-overlooked", "A real key without its hyphens is taken.", lambda key: key.replace("-", "")
)
take_for(
    "the-last-key-of-a-list-is-enough",
    "A list of keys is taken whose last one is real.",
    lambda key: key.split(", ")[-1],
)
take_for(
    "the-first-word-of-a-key-is-enough",
    "A key is taken whose first word is a real one.",
    lambda key: key.split()[0] if key.strip() else key,
)
take_for(
    "the-last-character-of-a-key-is-overlooked",
    "A real key is taken whatever its last character is.",
    lambda key: key[:-1],
)


@fault(breaks={"access.key-is-checked"})
def keys_are_patterns(parts: Parts) -> None:
    """A per cent sign in a key stands for other characters, as in LIKE of SQL."""

    class Like(Access):
        def tenant_of(self, key: str) -> str | None:
            pattern = re.escape(key).replace("%", ".*")
            alike = (tenant for known, tenant in self.tenants.items() if len(key) > 1 and re.fullmatch(pattern, known))
            return super().tenant_of(key) or next(alike, None)

    parts.mix_into_access(Like)


another_way_in(
    "a-cursor-takes-the-place-of-a-key",
    "A request without X-API-Key is answered where it has a cursor, which only a caller with a key was given.",
    lambda call: b"cursor=" in call.raw_query,
)
another_way_in(
    "a-fleet-takes-the-place-of-a-key-at-locations",
    "A location is shown without X-API-Key to whoever asks with a fleetId.",
    lambda call: call.operation_id == "get_location" and b"fleetId=" in call.raw_query,
)
