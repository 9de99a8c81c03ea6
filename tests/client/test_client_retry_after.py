"""Retry-After in every form that HTTP allows, and in forms that it does not."""

import os
import time
from collections.abc import Iterator

import pytest

from fleet_contract.contract_tests.network.retry_after import LONGEST, seconds_to_wait

NOW = 1_795_892_400.0  # 2026-11-28 19:00:00 UTC


@pytest.fixture(autouse=True, params=["UTC", "America/New_York", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Live somewhere: a date is UTC wherever it is read."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    assert "TZ" not in os.environ or os.environ["TZ"] != request.param
    time.tzset()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("007", 7),
        ("Sat, 28 Nov 2026 19:00:03 GMT", 3),
        ("Saturday, 28-Nov-26 19:00:03 GMT", 3),
        ("Sat Nov 28 19:00:03 2026", 3),
        ("Tue Dec  1 19:00:00 2026", 3 * 86_400),
        ("sat, 28 nov 2026 19:00:03 gmt", 3),
        ("Sat, 28 Nov 2026 18:59:60 GMT", 0),  # a leap second
        ("Sat, 28 Nov 2026 18:00:00 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Saturday, 28-Nov-76 19:00:00 GMT", LONGEST),  # 50 years ahead are still ahead (RFC 9110, 5.6.7)
        ("Monday, 28-Nov-77 19:00:00 GMT", 0),  # 51 are not
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("999999999999", LONGEST),
        ("9" * 5_000, LONGEST),
    ],
)
def test_every_form_of_retry_after_is_read(value: str, seconds: float) -> None:
    assert seconds_to_wait(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " ",
        "soon",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "1_0",
        "inf",
        "NaN",
        "٣",
        "0x10",
        "7, 8",
        "2026-11-28T19:00:03Z",
        "Sat, 28 Nov 2026 19:00:03",
        "Sat, 31 Feb 2026 19:00:03 GMT",
        "Sat, 00 Nov 2026 19:00:03 GMT",
        "Sat, 28 Foo 2026 19:00:03 GMT",
        "Sat, 28 Nov 2026 25:00:03 GMT",
        "Sat, 28 Nov 0000 19:00:03 GMT",
        "Sat, 28 Nov 2026 19:00:61 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "\x1b[2J",
    ],
)
def test_what_is_none_of_them_says_nothing(value: str | None) -> None:
    assert seconds_to_wait(value, NOW) is None
