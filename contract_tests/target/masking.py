"""Secrets, and the masker that keeps them out of everything that is written down."""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from fleet_contract.spec.escapes import LONG, SHORTEST, Find, Place, finding, folded, meanings, rewritten, without_half

MASK = "***"
_MASK = MASK.encode()
_ELLIPSIS = "…"
# An escape is a word of its own: its letters and digits belong to no word behind it.
_WORD = re.compile(r"%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[bfnrt])|[0-9A-Za-z]+(?:[:_.-][0-9A-Za-z]+)*")
_PART = re.compile(r"[0-9A-Za-z]+")
_MOST_WORDS = 100_000  # that are remembered; of more, those that came first are forgotten


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
    """Replaces known secrets, as they are and as JSON, URLs and HTML write them, whichever characters these escape.

    A secret shorter than 16 characters is masked where it stands alone: a server
    whose key is `fleet` would otherwise seem to answer `***Id`. Words are masked where
    they stand alone, in any case; they cost nothing, however many there are. What it
    learns, its `heir` learns too.
    """

    def __init__(self, secrets: Iterable[str] = (), heir: "Masker | None" = None) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._spellings: Mapping[bytes, bytes] = {}  # of all secrets, each with the mask
        self._words: dict[str, None] = {}  # with their case folded, in the order in which they came
        self._lock = threading.Lock()
        self._heir = heir
        self.learn(*secrets)

    def learn(self, *secrets: str) -> None:
        """Mask these from now on, too."""
        if self._heir is not None:
            self._heir.learn(*secrets)
        with self._lock:
            new = {each for each in secrets if len(each) >= SHORTEST} - self._secrets
            if new:
                self._secrets |= new
                spellings = chain.from_iterable(meanings(_bytes(each)) for each in new)
                self._spellings = {**self._spellings, **dict.fromkeys(spellings, _MASK)}

    def learn_words(self, *words: str) -> None:
        """Mask these in texts from now on, too; what is no word of ASCII letters and digits is learned as a secret."""
        if self._heir is not None:
            self._heir.learn_words(*words)
        self.learn(*(each for each in words if not _WORD.fullmatch(each)))
        with self._lock:
            self._words |= {each.casefold(): None for each in words if len(each) >= SHORTEST}
            for each in list(islice(self._words, max(len(self._words) - _MOST_WORDS, 0))):
                del self._words[each]

    def with_more(self, secrets: Iterable[str]) -> "Masker":
        """Return a masker that knows these too, of which this one and its heir learn nothing."""
        more = Masker()
        more._secrets, more._spellings, more._words = self._secrets, self._spellings, self._words
        more.learn(*secrets)
        return more

    def bytes(self, data: bytes) -> bytes:
        return rewritten(data, finding(self._spellings))

    def text(self, text: str) -> str:
        """Mask the secrets of a text, and what is left of one in front of an ellipsis, where the text was cut."""
        *cut, rest = _text(self.bytes(_bytes(text))).split(_ELLIPSIS)
        masked = _ELLIPSIS.join([*map(self._without_beginning, cut), rest])
        return _WORD.sub(self._without_words, masked) if self._words else masked

    def _without_words(self, found: re.Match[str]) -> str:
        """Return a word, or what is left of it: `-` and the like may join it to others."""
        if found[0].casefold() in self._words:
            return MASK
        return _PART.sub(lambda part: MASK if part[0].casefold() in self._words else part[0], found[0])

    def _without_beginning(self, text: str) -> str:
        """Return a text whose end begins no secret; a quotation mark behind it may close a string of JSON."""
        stem = text.removesuffix('"')
        return _text(rewritten(_bytes(stem), _finding_beginnings(self._spellings))) + text[len(stem) :]

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Mask the values of headers."""
        given = tuple(pairs)
        together = "\n".join(value for _, value in given)
        if self.text(together) == together:  # nearly always, and one look is enough
            return given
        return tuple((name, self.text(value)) for name, value in given)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _finding_beginnings(secrets: Iterable[bytes]) -> Find:
    """Return what finds the beginning of a secret at the end of a text, which may have been cut within an escape."""

    def find(data: bytes) -> Iterator[Place]:
        plain = folded(data)
        for stem in {plain, without_half(plain)}:
            most = max((_length_of_beginning(stem, each) for each in secrets), default=0)
            if most:
                yield len(stem) - most, len(data), _MASK

    return find


def _length_of_beginning(text: bytes, secret: bytes) -> int:
    """Return how many bytes at the end of a text begin a secret, 0 for fewer than would be masked as one."""
    lengths = range(min(len(secret), len(text)), SHORTEST - 1, -1)
    return next((length for length in lengths if text.endswith(secret[:length]) and _is_alone(text, length, secret)), 0)


def _is_alone(text: bytes, length: int, secret: bytes) -> bool:
    return len(secret) >= LONG or not text[:-length][-1:].isalnum()
