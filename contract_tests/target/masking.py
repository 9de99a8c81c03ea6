"""Secrets, and the masker that keeps them out of everything that is written down."""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from urllib.parse import quote

MASK = "***"
SHORTEST = 4  # a shorter key hides nothing, and masking it would spoil ordinary words
LONG = 16  # from here on a key is no ordinary word, and is masked inside of longer words too


class Secret:
    """A text that shows itself only to who asks for it.

    `expansion` is what a shell finds it by, behind the public word `scheme`; empty where
    that is not known.
    """

    __slots__ = ("_text", "expansion", "scheme")

    def __init__(self, text: str, expansion: str = "", scheme: str = "") -> None:
        self._text, self.expansion, self.scheme = f"{scheme}{text}", expansion, scheme

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
        self._patterns: Mapping[bytes, re.Pattern[bytes]] = {}  # by spelling, the longest first
        self._lock = threading.Lock()
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Mask these from now on, too."""
        new = {spelling.encode() for secret in secrets if len(secret) >= SHORTEST for spelling in _spellings(secret)}
        with self._lock:
            if not new <= self._patterns.keys():
                spellings = sorted({*self._patterns, *new}, key=len, reverse=True)
                self._patterns = {spelling: _pattern(spelling) for spelling in spellings}

    def text(self, text: str) -> str:
        return self.bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def bytes(self, data: bytes) -> bytes:
        for spelling, pattern in self._patterns.items():
            if spelling in data:  # Looking for plain text is far quicker than matching, and bodies can be large.
                data = pattern.sub(MASK.encode(), data)
        return data

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Mask the values of headers."""
        return tuple((name, self.text(value)) for name, value in pairs)


def _spellings(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}


def _pattern(spelling: bytes) -> re.Pattern[bytes]:
    """Return what matches a spelling; it begins with the plain text, which is what makes a search quick."""
    plain = re.escape(spelling)
    alone = rb"(?<![A-Za-z0-9]%b)(?![A-Za-z0-9])" % plain
    return re.compile(plain if len(spelling) >= LONG else plain + alone)
