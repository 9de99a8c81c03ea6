"""Secrets, and the masker that keeps them out of everything that is written down."""

import json
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"
SHORTEST = 4  # a shorter key hides nothing, and masking it would spoil ordinary words
LONG = 16  # from here on a key is no ordinary word, and is masked inside of longer words too


class Secret:
    """A text that shows itself only to who asks for it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, to be sent and never to be written down."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def revealed(value: str | Secret) -> str:
    """Return the text of what may be a secret."""
    return value.reveal() if isinstance(value, Secret) else value


class Masker:
    """Replaces known secrets, as they are and as URLs and JSON write them.

    A secret shorter than 16 characters is masked where it stands alone: a server
    whose key is `fleet` would otherwise seem to answer `***Id`.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: set[str] = set()
        self._text: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None
        self._encoded: list[bytes] = []
        self._lock = threading.Lock()
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Mask these from now on, too."""
        new = {spelling for secret in secrets if len(secret) >= SHORTEST for spelling in _spellings(secret)}
        with self._lock:
            if new <= self._spellings:
                return
            self._spellings |= new
            pattern = "|".join(_pattern(spelling) for spelling in sorted(self._spellings, key=len, reverse=True))
            # First what is looked for, then what is matched: another thread may be masking, and is to miss nothing.
            self._encoded = [spelling.encode() for spelling in self._spellings]
            self._bytes = re.compile(pattern.encode())
            self._text = re.compile(pattern)

    def text(self, text: str) -> str:
        return self._text.sub(MASK, text) if self._text else text

    def bytes(self, data: bytes) -> bytes:
        if self._bytes is None or not any(spelling in data for spelling in self._encoded):
            return data  # Looking for plain texts is far quicker than matching, and bodies can be large.
        return self._bytes.sub(MASK.encode(), data)

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Mask the values of headers."""
        return tuple((name, self.text(value)) for name, value in pairs)


def _spellings(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}


def _pattern(spelling: str) -> str:
    escaped = re.escape(spelling)
    return escaped if len(spelling) >= LONG else rf"(?<![A-Za-z0-9]){escaped}(?![A-Za-z0-9])"
