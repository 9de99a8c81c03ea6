"""Values and bodies that are not what an operation asks for, from small to large."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.judging.bodies import spell

# Arrays have two values: one of a single value may be taken for that value.
NOT_STRINGS: list[Any] = [None, [], {}, True]
MORE_NOT_STRINGS: list[Any] = [False, ["a", "b"], {"a": "b"}, [[]], [None]]
# What a lenient server might take for an id, with the mark in it wherever it can be, so that such a fleet is known as
# ours and is another one in every run. Booleans and empty arrays hold none; that null and the empty string are refused
# is said by the guide, and whoever takes them is shown the mark in the name.
NOT_IDS: list[Any] = [None, "", ["ID", "ID"], {"fleetId": "ID"}, [["ID"]], [None, "ID"]]

# In the members of a body ID and NAME stand for a fresh id and a fresh name: a lenient server may read what is no JSON.
Members = Mapping[str, Any]


def no_json(members: Members) -> list[bytes]:
    """Return bodies that are no JSON object."""
    return [b"", b"{", b"[]", spell(members).replace(b"NAME", b"NAME \xc3\x28"), b"null", b"no json", b"\xff\xfe\xfd"]


def more_no_json(members: Members) -> list[bytes]:
    """Return bodies that hold these members, and are no JSON object either, beside two that hold nothing."""
    body = spell(members)
    return [urlencode(members).encode(), body[:-1], spell(body.decode()), b" ", b"0", b"[" + body + b"]"]


MOST_NO_JSON = [b'""', b"<fleet/>", b'"{}"']


def nearly_json(members: Members) -> list[bytes]:
    """Return bodies that a lenient parser reads all the same."""
    body = spell(members)
    return [body.replace(b'"', b"'"), body + b" more", body[:-1] + b",}"]


# What the standards leave open: any refusal will do, and no error of the server.
ODD_VALUES = [
    b'"\\ud800"',
    b'"x\\u0000x"',
    b"[NaN, -Infinity, 1e999, " + b"9" * 5_000 + b"]",
    b'"a", "newName": "b"',
    b"[" * 50_000 + b"]" * 50_000,  # within what a limit of 128 KiB lets through
    b'"' + b"a" * 300_000 + b'"',
]
MORE_ODD_VALUES = [
    b"9" * 5_000,
    b"NaN",
    b"1e999",
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'"\\udc00\\ud800"',
    b"0." + b"1" * 5_000,
    b"9" * 400,
]


def filled(body: bytes, api: Api) -> bytes:
    """Return a body with a fresh id and a fresh name where it stands for them."""
    return body.replace(b"ID", api.fresh_id().encode()).replace(b"NAME", api.fresh_name().encode())


def not_strings() -> st.SearchStrategy[Any]:
    """Return JSON values that are neither strings nor numbers."""
    return st.none() | st.booleans() | st.lists(st.text(max_size=5), max_size=3) | st.dictionaries(st.text(), st.text())
