"""Secrets, and the masker that keeps them out of everything that is written down."""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain
from urllib.parse import quote, unquote_to_bytes

MASK = "***"
SHORTEST = 4  # a shorter key hides nothing, and masking it would spoil ordinary words
_ELLIPSIS = "…"
_UNITS = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
_BEFORE = rb"(?:(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=\\[bfnrt])|(?<![A-Za-z0-9]))"
_PATTERNS = 1_000  # that are kept
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
    """Replaces known secrets, as they are and as URLs and JSON write them, whichever characters these escape.

    A secret shorter than 16 characters is masked where it stands alone: a server
    whose key is `fleet` would otherwise seem to answer `***Id`. What it learns, its
    `heir` learns too.
    """

    def __init__(self, secrets: Iterable[str] = (), heir: "Masker | None" = None) -> None:
        self._secrets: Mapping[bytes, str] = {}  # by their bytes, the longest first
        self._spellings: Mapping[bytes, str] = {}  # of all secrets
        self._lock = threading.Lock()
        self._heir = heir
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Mask these from now on, too."""
        if self._heir is not None:
            self._heir.learn(*secrets)
        with self._lock:
            new = set(filter(self._is_news, secrets))
            if new:
                self._secrets = _with(self._secrets, new)
                self._spellings = _with(self._spellings, chain.from_iterable(map(_spelled, new)))

    def _is_news(self, secret: str) -> bool:
        return len(secret) >= SHORTEST and _bytes(secret) not in self._secrets

    def _without_escaped(self, data: bytes) -> bytes:
        plain = _unescaped(data)
        for secret, text in self._secrets.items():
            if secret in plain:
                data = _escaped(text).sub(MASK.encode(), data)
        return data

    def text(self, text: str) -> str:
        """Mask the secrets of a text, and what is left of one in front of an ellipsis, where the text was cut."""
        *cut, rest = _text(self.bytes(_bytes(text))).split(_ELLIPSIS)
        return _ELLIPSIS.join([*map(self._without_beginning, cut), rest])

    def _without_beginning(self, text: str) -> str:
        """Return a text whose end begins no secret; a quotation mark behind it may close a string of JSON."""
        stem = text.removesuffix('"')
        lengths = (_length_of_beginning(stem, _text(each)) for each in self._spellings)
        most = max(lengths, default=0)
        return f"{stem[:-most]}{MASK}{text[len(stem) :]}" if most else text

    def bytes(self, data: bytes) -> bytes:
        for spelling in self._spellings:
            if spelling in data:  # Looking for plain text is far quicker than matching, and bodies can be large.
                data = _pattern(spelling).sub(MASK.encode(), data)
        return self._without_escaped(data) if b"%" in data or b"\\" in data else data

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Mask the values of headers."""
        return tuple((name, self.text(value)) for name, value in pairs)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _length_of_beginning(text: str, secret: str) -> int:
    """Return how many characters at the end of a text begin a secret, 0 for fewer than would be masked as one."""
    lengths = range(min(len(secret), len(text)), SHORTEST - 1, -1)
    return next((length for length in lengths if text.endswith(secret[:length]) and _is_alone(text, length, secret)), 0)


def _is_alone(text: str, length: int, secret: str) -> bool:
    return len(secret) >= LONG or not (text[:-length][-1:].isascii() and text[:-length][-1:].isalnum())


def _with(known: Mapping[bytes, str], texts: Iterable[str]) -> Mapping[bytes, str]:
    """Return texts with those that are known, the longest first."""
    every = {**known, **{_bytes(text): text for text in texts}}
    return dict(sorted(every.items(), key=lambda each: len(each[0]), reverse=True))


def _spelled(secret: str) -> set[str]:
    return {secret, quote(_bytes(secret), safe=""), json.dumps(secret)[1:-1]}


@lru_cache(_PATTERNS)
def _pattern(spelling: bytes) -> re.Pattern[bytes]:
    """Return what matches a spelling; it begins with the plain text, which is what makes a search quick."""
    plain = re.escape(spelling)
    alone = rb"(?<![A-Za-z0-9]%b)(?![A-Za-z0-9])" % plain
    return re.compile(plain if len(spelling) >= LONG else plain + alone)


@lru_cache(_PATTERNS)
def _escaped(secret: str) -> re.Pattern[bytes]:
    """Return what matches a secret of which some characters are escaped, as URLs and JSON do it.

    A short one stands alone behind an escape too, which may end in a letter or a digit.
    """
    text = b"".join(map(_escaped_character, secret))
    return re.compile(text if len(secret) >= LONG else _BEFORE + text + rb"(?![A-Za-z0-9])")


def _unescaped(data: bytes) -> bytes:
    """Return what URLs and JSON may mean by a text, to look for plain text in; both kinds of escapes at once."""
    return _UNITS.sub(_characters, unquote_to_bytes(data))


def _characters(units: re.Match[bytes]) -> bytes:
    text = bytes.fromhex(units[0].replace(b"\\u", b"").decode()).decode("utf-16-be", "surrogatepass")
    return _bytes(text)


def _escaped_character(character: str) -> bytes:
    plain, units = _bytes(character), character.encode("utf-16-be", "surrogatepass").hex()
    percent = "".join(f"%{byte:02x}" for byte in plain)
    escapes = "".join(rf"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
    return b"(?:%b|(?i:%b|%b))" % (re.escape(plain), percent.encode(), escapes.encode())
