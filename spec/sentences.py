"""The sentences of the guide: a pure function from its text, as it is copied from a browser, to sections and hashes.

The copy has no marks for headings, and glues what the page keeps apart. So only the letters, digits and
a few signs of a sentence are hashed, and it stays the same however it is copied. Calls and example
bodies are hashed to the letter.
"""

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fleet_contract.spec.files import Contradiction

_DIGITS = 16  # of a hash; enough to tell a few hundred sentences apart
_JSON = "{["
_FENCE = "```"
_MOST_WORDS = 6  # of a heading
_HEADING = re.compile(r"[A-Z][^.:()]*[^.:()!]")
_CALL = re.compile(r"(GET|PUT|POST|DELETE|PATCH) /")
_BULLET = re.compile(r"[-*•] +")
_AGE = re.compile(r"Updated .* ago")  # of the page; it differs with every copy
_INSIGNIFICANT = re.compile(r"[^\w/=<>≤≥+]|_")
# What the copy glues: a parameter to the one before it, a status to the one before it.
_GLUED = re.compile(r"(?<=\S)(?=(?:fleetId|fleetName|newName)\()|\s-\s(?=\d{3} [A-Z])")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, bullet, call or example body: where it stands, counted from 1 within its section, and its text."""

    section: str
    ordinal: int
    text: str

    @property
    def hash(self) -> str:
        """What stays the same however the sentence is copied."""
        is_exact = self.text[0] in _JSON or _CALL.match(self.text)
        significant = self.text if is_exact else _INSIGNIFICANT.sub("", self.text.casefold())
        return sha256(significant.encode()).hexdigest()[:_DIGITS]

    @property
    def place(self) -> str:
        """Section and ordinal, as people point at it."""
        return f"{self.section} {self.ordinal}"


def sections_of(text: str) -> dict[str, list[Sentence]]:
    """Return the sentences of a guide by section, in its order; raises Contradiction where it has no heading.

    A heading that occurs more than once names a part of a section: `create-a-fleet/error-handling`. It is a part of the
    section that had the part before it, unless that one has such a part already; then of the nearest section before.
    So the errors below "Understanding Invitation Codes" are those of the operation above it.
    """
    pieces = list(_pieces(text))
    if not pieces or not pieces[0].startswith("#"):
        raise Contradiction("This is not the guide: it does not begin with a heading.")
    counted = Counter(piece for piece in pieces if piece.startswith("#"))
    sections: dict[str, list[Sentence]] = {}
    section = nearest = whole = ""
    for piece in pieces:
        if not piece.startswith("#"):
            sections[section].append(Sentence(section, len(sections[section]) + 1, piece))
        elif counted[piece] == 1 or not nearest:
            section = nearest = piece[1:]
        else:
            whole = _whole_of(piece[1:], whole, nearest, sections)
            section = f"{whole}/{piece[1:]}"
        sections.setdefault(section, [])
    return sections


def _whole_of(part: str, before: str, nearest: str, sections: Container[str]) -> str:
    """Return the section that a part belongs to: the one of the part before, or the nearest where that has one."""
    return before if before and f"{before}/{part}" not in sections else nearest


def _pieces(text: str) -> Iterator[str]:
    """Yield headings, as `#` and their anchor, and sentences."""
    for line in _joined(list(_lines(text))):
        if _is_heading(line):
            yield "#" + re.sub(r"\W+", "-", line.strip("# ").casefold()).strip("-")
        else:
            yield from _sentences(line)


def _lines(text: str) -> Iterator[str]:
    """Yield lines without their blanks; a JSON value, however many lines it has, is one."""
    text = text.strip()
    while text:
        line, text = _first(text)
        if line and not line.startswith(_FENCE) and not _AGE.fullmatch(line):
            yield line


def _first(text: str) -> tuple[str, str]:
    """Return the first line or JSON value of a text, and the rest."""
    if text[0] in _JSON:
        try:
            value, end = _DECODER.raw_decode(text)
            return canonical(value), text[end:].strip()
        except ValueError:
            pass
    line, _, rest = text.partition("\n")
    return line.strip(), rest.strip()


def canonical(value: Any) -> str:
    """Return the one spelling of a JSON value under which it is hashed."""
    return json.dumps(value, sort_keys=True)


def _joined(lines: Sequence[str]) -> list[str]:
    """Return lines, with what a bullet lost to the next line put back."""
    joined: list[str] = []
    for line in lines:
        if joined and _BULLET.match(joined[-1]) and line[0].islower():
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def _is_heading(line: str) -> bool:
    if line.startswith("#"):
        return True
    is_short = len(line.split()) <= _MOST_WORDS
    return is_short and bool(_HEADING.fullmatch(line.rstrip("?"))) and not _CALL.match(line)


def _sentences(line: str) -> Iterator[str]:
    if line[0] in _JSON:
        yield line
        return
    for part in _GLUED.split(_BULLET.sub("", line, count=1)):
        yield from (sentence for sentence in _END.split(part.strip()) if sentence)
