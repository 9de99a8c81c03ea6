"""Texts and bytes as words and commands of bash, short where they repeat, with variables for the mark of a run."""

import re
import shlex
from collections.abc import Iterator, Mapping

from fleet_contract.contract_tests.replays.marks import Marked

PLAIN = re.compile(r"[ -~]*")
QUOTED = frozenset("%\\'-")  # what printf, or the quotes around its words, would take for something else
LONG = 500  # bytes; what is shorter is written as it is
# What `yes` can repeat: no NUL, no line feed, and nothing that looks like an option of its own.
REPEATED = re.compile(rb"(-|[^-\x00\n][^\x00\n]{0,15}?)\1{49,}")
HARMLESS = re.compile(r"[\w :.,/=-]*", re.ASCII)  # stays as it is between double quotes
# The variables of a script, by how they spell its mark, and what each is made by.
VARIABLES: Mapping[str, str] = {
    "run": "$(printf %04x%04x $RANDOM $RANDOM)",
    "RUN": '$(tr a-f A-F <<< "$run")',
    "digits": '$(printf %010d "$((16#$run))")',
    "number": "$((16#$run))",
    "escaped": "$(for ((at = 0; at < 8; at++)); do printf '\\\\u%04x' \"'${run:at:1}\"; done)",
}
_WIDE = {"wide": r"&\\000", "WIDE": r"\\000&"}  # how sed writes each character of it in two bytes, for printf
_BEFORE_MORE = re.compile(r"\w")
_UNMARKED = Marked("")


def word(text: str, marked: Marked = _UNMARKED) -> str:
    """Return a visible text as one word."""
    pieces = [_variable(name) if name in VARIABLES else _literal(piece) for name, piece in marked.pieces(text.encode())]
    return "".join(_joined(pieces)) or "''"


def _literal(piece: bytes) -> str:
    if len(piece) < LONG:
        return shlex.quote(piece.decode())
    return "".join(f'"$({_repeated(unit, times)})"' if times > 1 else shlex.quote(unit) for unit, times in _runs(piece))


def _variable(name: str) -> str:
    return f'"${name}"' if name == "escaped" else f"${name}"


def _joined(pieces: list[str]) -> Iterator[str]:
    """Yield pieces of a word, a variable in braces where its name would go on in the next one."""
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=False):
        is_open = piece.startswith("$") and _BEFORE_MORE.match(after)
        yield f"${{{piece[1:]}}}" if is_open else piece


def followed(text: str, expansion: str) -> str:
    """Return a word of a text and what the shell expands after it."""
    return f'"{text}{expansion}"' if HARMLESS.fullmatch(text) else f'{shlex.quote(text)}"{expansion}"'


def written(data: bytes, marked: Marked = _UNMARKED) -> str:
    """Return a command that writes bytes, whatever they are."""
    commands = [command for name, piece in marked.pieces(data) for command in _commands(name, piece)]
    return commands[0] if len(commands) == 1 else "{ " + "; ".join(commands or ["true"]) + "; }"


def _commands(name: str, piece: bytes) -> Iterator[str]:
    if name in _WIDE:
        yield f'printf "$(sed \'s/./{_WIDE[name]}/g\' <<< "$run")"'
    elif name:
        yield f'printf %s "${name}"'
    else:
        runs = _runs(piece) if len(piece) >= LONG else iter([(piece.decode("latin-1"), 1)])
        yield from (_repeated(unit, times) if times > 1 else f"printf '{_octal(unit)}'" for unit, times in runs)


def _runs(data: bytes) -> Iterator[tuple[str, int]]:
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
