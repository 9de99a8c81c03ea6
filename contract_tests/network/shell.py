"""Texts and bytes as words and commands of a POSIX shell, short where much of them is one thing over and over."""

import re
import shlex
from collections.abc import Iterator

PLAIN = re.compile(r"[ -~]*")
QUOTED = frozenset("%\\'-")  # what printf, or the quotes around its words, would take for something else
LONG = 500  # bytes; what is shorter is written as it is
# What `yes` can repeat: no NUL, no line feed, and nothing that looks like an option of its own.
REPEATED = re.compile(rb"(-|[^-\x00\n][^\x00\n]{0,15}?)\1{49,}")
HARMLESS = re.compile(r"[\w :.,/=-]*", re.ASCII)  # stays as it is between double quotes


def word(text: str) -> str:
    """Return a visible text as one word."""
    if len(text) < LONG:
        return shlex.quote(text)
    pieces = _pieces(text.encode())
    return "".join(f'"$({_repeated(unit, times)})"' if times > 1 else shlex.quote(unit) for unit, times in pieces)


def followed(text: str, expansion: str) -> str:
    """Return a word of a text and what the shell expands after it."""
    return f'"{text}{expansion}"' if HARMLESS.fullmatch(text) else f'{shlex.quote(text)}"{expansion}"'


def written(data: bytes) -> str:
    """Return a command that writes bytes, whatever they are."""
    pieces = _pieces(data) if len(data) >= LONG else iter([(data.decode("latin-1"), 1)])
    commands = [_repeated(unit, times) if times > 1 else f"printf '{_octal(unit)}'" for unit, times in pieces]
    return commands[0] if len(commands) == 1 else "{ " + "; ".join(commands) + "; }"


def _pieces(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield what bytes consist of, each piece with how often it stands there, one after the other."""
    end = 0
    for run in REPEATED.finditer(data):
        if run.start() > end:
            yield data[end : run.start()].decode("latin-1"), 1
        yield run[1].decode("latin-1"), len(run[0]) // len(run[1])
        end = run.end()
    if end < len(data):
        yield data[end:].decode("latin-1"), 1


def _repeated(unit: str, times: int) -> str:
    line = shlex.quote(unit) if PLAIN.fullmatch(unit) else f"\"$(printf '{_octal(unit)}')\""
    return f"yes {line} | head -n {times} | tr -d '\\n'"


def _octal(text: str) -> str:
    """Return bytes, one a character, as printf reads them between single quotes."""
    return "".join(each if PLAIN.fullmatch(each) and each not in QUOTED else f"\\{ord(each):03o}" for each in text)
