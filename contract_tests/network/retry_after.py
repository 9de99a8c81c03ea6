"""Retry-After: how long a server asks to be left alone, in every form that HTTP allows (RFC 9110, section 10.2.3)."""

import re
from datetime import UTC, datetime, timedelta

LONGEST = 86_400.0 * 366  # seconds; what asks for more is not waited for either
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>[0-5]\d|60)"
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
# RFC 9110, section 5.6.7: a recipient must accept all three. None has another zone than UTC.
_DATES = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"\w+, (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",  # IMF-fixdate
        rf"\w+, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",  # RFC 850
        rf"\w+ {_MONTH} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",  # asctime
    )
)
_DIGITS = re.compile(r"0*(\d*)", re.ASCII)
_MOST_DIGITS = 9


def seconds_to_wait(value: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After asks for, 0 for a date that is past, None where it says nothing.

    `now` is in seconds since 1970. At most LONGEST is returned.
    """
    text = (value or "").strip(" \t")
    digits = _DIGITS.fullmatch(text)
    if text and digits:
        return min(float(digits[1] or 0), LONGEST) if len(digits[1]) <= _MOST_DIGITS else LONGEST
    moment = read_date(text, now)
    return None if moment is None else min(max(0.0, moment - now), LONGEST)


def read_date(text: str, now: float) -> float | None:
    """Return a date of HTTP in seconds since 1970, None for what is none; `now` tells the century of two digits."""
    date = next(filter(None, (form.fullmatch(text) for form in _DATES)), None)
    return _moment(date, datetime.fromtimestamp(now, UTC)) if date else None


def _moment(date: re.Match[str], now: datetime) -> float | None:
    year, day, hour, minute, second = (int(date[part]) for part in ("year", "day", "hour", "minute", "second"))
    month = _MONTHS.index(date["month"].lower()) + 1
    if len(date["year"]) == len("yy"):
        year += now.year // 100 * 100
        year -= 100 if year > now.year + 50 else 0  # RFC 9110, section 5.6.7
    try:
        # A leap second is the first of the next minute.
        return (datetime(year, month, day, hour, minute, tzinfo=UTC) + timedelta(seconds=second)).timestamp()
    except (ValueError, OverflowError):
        return None
