"""Values and bodies that are not what an operation asks for, from small to large."""

from typing import Any

from hypothesis import strategies as st

NOT_STRINGS: list[Any] = [None, True, [], {}]
MORE_NOT_STRINGS: list[Any] = [False, ["a"], {"a": "b"}, [[]], [None]]

NO_JSON = [b"", b"{", b"[]", b"null", b"no json", b"\xff\xfe\xfd", b'{"newName": "\xc3\x28", "fleetId": "\xc3\x28"}']
MORE_NO_JSON = [
    b" ",
    b'""',
    b"0",
    b"true",
    b"{]",
    b"{'newName': 'a', 'fleetId': 'a'}",
    b"newName=a&fleetId=a",
    b"<fleet/>",
    b'{"newName"',
    b'[{"newName": "a", "fleetId": "a"}]',
    b"\x00",
    '{"newName": "a", "fleetId": "a"}'.encode("utf-16"),
]

# What the standards leave open: any refusal will do, and no error of the server.
ODD_VALUES = [
    b'"\\ud800"',
    b'"\\u0000"',
    b"9" * 5_000,
    b"NaN",
    b"-Infinity",
    b"1e999",
    b'"a", "newName": "b"',
]
MORE_ODD_VALUES = [
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'"\\udc00\\ud800"',
    b'"' + b"a" * 300_000 + b'"',
    b"0." + b"1" * 5_000,
]


def not_strings() -> st.SearchStrategy[Any]:
    """Return JSON values that are neither strings nor numbers."""
    return st.none() | st.booleans() | st.lists(st.text(max_size=5), max_size=3) | st.dictionaries(st.text(), st.text())
