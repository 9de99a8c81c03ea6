"""Near keys: nobody was given one, however an honest server reads the keys that it gave."""

import base64
import binascii
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleet_contract.contract_tests.network.near_keys import NEAR_KEYS, near_keys

Write = Callable[[bytes], str]
Read = Callable[[str], object]
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def of_base64(key: str) -> bytes:
    """Read base64 as RFC 4648 allows: padding may be missing, bits that count for nothing may be set."""
    digits = key.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)


def of_base32(key: str) -> bytes:
    digits = key.rstrip("=")
    return base64.b32decode(digits + "=" * (-len(digits) % 8), casefold=True)


def ulid(bits: bytes) -> str:
    number = int.from_bytes(bits[:16])
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(26))).upper()


def of_crockford(key: str) -> list[int]:
    return [CROCKFORD.index(digit) for digit in key.lower()]


KINDS: dict[str, tuple[Write, Read]] = {
    "a UUID": (lambda bits: str(UUID(bytes=bits[:16])), UUID),
    "a UUID in capitals": (lambda bits: str(UUID(bytes=bits[:16])).upper(), UUID),
    "a UUID in braces": (lambda bits: f"{{{UUID(bytes=bits[:16])}}}", UUID),
    "a UUID as a URN": (lambda bits: UUID(bytes=bits[:16]).urn, lambda key: UUID(key.lower())),
    "a UUID without hyphens": (lambda bits: bits[:16].hex(), UUID),
    "a UUID behind a number": (
        lambda bits: f"42|{UUID(bytes=bits[:16])}",
        lambda key: (key.partition("|")[0], UUID(key.partition("|")[2])),
    ),
    "base16": (bytes.hex, bytes.fromhex),
    "base16 in capitals": (lambda bits: bits.hex().upper(), bytes.fromhex),
    "base32": (lambda bits: base64.b32encode(bits).decode(), of_base32),
    "base32 without padding": (lambda bits: base64.b32encode(bits).decode().rstrip("=").lower(), of_base32),
    "a ULID": (ulid, of_crockford),
    "base64": (lambda bits: base64.b64encode(bits).decode(), of_base64),
    "base64 without padding": (lambda bits: base64.urlsafe_b64encode(bits).decode().rstrip("="), of_base64),
}


@pytest.mark.parametrize("kind", KINDS)
@given(bits=st.binary(min_size=16, max_size=64))
@example(bits=b"\xff" * 16)
@example(bits=b"\xff" * 15 + b"\x03")  # ends in w, whose last four bits count for nothing
@example(bits=b"\xff" * 31 + b"\x0d")  # ends in 0, whose last two do not
def test_no_near_key_says_what_the_owners_says(kind: str, bits: bytes) -> None:
    write, read = KINDS[kind]
    own = write(bits)
    for key, name in near_keys(own, ()).items():
        try:
            assert read(key) != read(own), f"{name} of {own} is {key}"
        except (ValueError, binascii.Error):
            continue  # It is no key at all.


@pytest.mark.parametrize("own", ["demo-key", "owners-key-0123456789", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", "Zm9vYmFyIQ"])
def test_what_means_something_in_each_spelling_has_every_near_key(own: str) -> None:
    hyphens = {"without-hyphens"} if "-" not in own else set()
    assert set(near_keys(own, ()).values()) == set(NEAR_KEYS) - hyphens


def test_a_near_key_is_not_the_other_organizations_either() -> None:
    own, other = "3f2504e0-4f89-41d3-9a0c-0305e82c3302", "3F2504E0-4F89-41D3-9A0C-0305E82C330A"
    assert "with-another-end" in near_keys(own, ()).values()
    assert "with-another-end" not in near_keys(own, [other]).values()


def test_a_near_key_of_a_uuid_is_left_where_it_is_another_one() -> None:
    near = near_keys("3f2504e0-4f89-41d3-9a0c-0305e82c3301", ())
    assert set(near.values()) == set(NEAR_KEYS) - {"in-the-other-case", "without-hyphens"}
