"""Values that stand elsewhere: `env:NAME` is what an environment variable holds, `file:PATH` what a file holds."""

import re
import shlex
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from fleet_contract.spec.files import Contradiction, expanded, read_text

REFERENCE = re.compile(r"(env|file):(.*)", re.IGNORECASE | re.DOTALL)
REFERENCES = re.compile(r"\b(env|file):\s*([^\s,]+)", re.IGNORECASE)
EMBEDDED = re.compile(r"""(?:^|[\s=;,"'])(?:env|file):\S""", re.IGNORECASE)
# What shells, CI systems and templates replace, and nothing here does: $X, ${X}, $(x), {{ x }}, %X%.
PLACEHOLDER = re.compile(
    r"""(?:^|[\s=:;,"'])\$[a-z_][\w:.]*|\$\{[^}]*\}|\$\(.*\)|\{\{.*?\}\}|(?:^|\s)%[a-z_]\w*%(?=\s|$)""",
    re.IGNORECASE | re.DOTALL,
)
# In what a variable or a file holds a $ may be part of a password, and braces around all of it may not.
NEVER_REPLACED = re.compile(r"\$\{[^}]*\}|\$\(.*\)|\$?\{\{.*\}\}", re.DOTALL)
WORD = re.compile(r"[A-Za-z_]\w*")
PLAINLY_A_NAME = re.compile(r"[A-Z]+(?:_[A-Z0-9]+)+")
LINE_END = re.compile(r"\r\n|\r|\n")


class Source(NamedTuple):
    """Where a value came from, for messages; what its relative paths and its env: start from.

    A plain source has nothing but texts. One that is public shows its values to
    everybody on the machine.
    """

    name: str
    folder: Path
    environment: Mapping[str, str]
    is_plain: bool = False
    is_public: bool = False


class Origin(NamedTuple):
    """An entry in a source."""

    entry: str
    source: Source

    def wrong(self, problem: str, expected: str) -> Contradiction:
        """Return what to raise for a value that stands here."""
        return Contradiction(f"{self.source.name}: {self.entry} {problem}. {expected}")


def referred_to(values: Iterable[Any]) -> set[str]:
    """Return the names of all variables that values, lists and tables refer to."""
    names: set[str] = set()
    for value in values:
        if isinstance(value, str):
            names |= {name.strip() for scheme, name in REFERENCES.findall(value) if scheme.lower() == "env"}
        elif isinstance(value, Mapping):
            names |= referred_to(value.values())
        elif isinstance(value, list | tuple):
            names |= referred_to(value)
    return names


def is_reference(text: str) -> bool:
    return REFERENCE.fullmatch(text) is not None


def follow(text: str, origin: Origin) -> str:
    """Return what a text refers to, without line ends and blanks around it, or the text where it refers to nothing.

    What a file holds stands for itself, whatever it begins with. Raises Contradiction
    where nothing is there, or more than one line, or what somebody else was to replace.
    """
    reference = REFERENCE.fullmatch(text)
    if reference is None:
        return literal(text, origin)
    scheme, name = reference[1].lower(), reference[2].strip()
    where, value = _variable(name, origin) if scheme == "env" else _file(name, origin)
    lines = LINE_END.split(value.strip())
    if lines == [""]:
        raise origin.wrong(f"names {where}, which is empty", "Expected the value. Set it, or correct the name.")
    if len(lines) > 1:
        raise origin.wrong(f"names {where}, which has {len(lines)} lines", "Expected the value alone, on one line.")
    if NEVER_REPLACED.fullmatch(lines[0]) or (scheme == "env" and is_reference(lines[0])):
        raise origin.wrong(f"names {where}, which is itself a reference", "Expected the value itself.")
    return lines[0]


def place_of(path: str, origin: Origin) -> Path:
    """Return what a path names, from the folder of the target file; raises Contradiction where nothing can be there."""
    if "\0" in path:
        raise origin.wrong("contains U+0000, which no path can have", "Expected the path of a file. Correct it.")
    return origin.source.folder / expanded(path)


def expansion_of(reference: str, origin: Origin) -> str:
    """Return what a POSIX shell expands to what a reference refers to; empty for a variable that no shell can name."""
    scheme, _, name = reference.partition(":")
    if scheme.lower() == "env":
        return f"${name.strip()}" if WORD.fullmatch(name.strip()) and name.isascii() else ""
    return f"$(cat {shlex.quote(str(origin.source.folder / expanded(name.strip())))})"


def literal(text: str, origin: Origin) -> str:
    """Return a text that stands for itself; raises Contradiction where a part of it was meant to stand for another."""
    if EMBEDDED.search(text):
        raise origin.wrong(
            "contains env: or file: within a longer value",
            "Expected env:NAME or file:PATH alone, or after one word as in `Bearer env:NAME`. "
            "Put the whole value into one variable or file.",
        )
    placeholder = PLACEHOLDER.search(text)
    if placeholder:
        raise origin.wrong(
            "looks like a variable, but variables are not expanded here",
            f"Write env:{_name_in(placeholder[0], origin)}, alone or after one word as in `Bearer env:NAME`.",
        )
    return text


def _name_in(placeholder: str, origin: Origin) -> str:
    """Return the variable that is meant; anything that is not plainly a name may be a secret and is not repeated."""
    names = (
        word
        for word in WORD.findall(placeholder)
        if word in origin.source.environment or PLAINLY_A_NAME.fullmatch(word)
    )
    return next(names, "NAME")


def _variable(name: str, origin: Origin) -> tuple[str, str]:
    environment = origin.source.environment
    if name in environment:
        return f"the environment variable {name}", environment[name]
    if not WORD.fullmatch(name):
        raise origin.wrong("names no environment variable after env:", "Expected env:NAME, such as env:STAGING_TOKEN.")
    near = get_close_matches(name, environment, n=1, cutoff=0.8)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise origin.wrong(
        f"names the environment variable {name}, which is not set", f"Set it, or correct the name.{hint}"
    )


def _file(name: str, origin: Origin) -> tuple[str, str]:
    text = read_text(
        place_of(name, origin),
        f"{origin.source.name}: {origin.entry}: the file",
        "Expected a text file that contains only the value. Correct the path.",
    )
    return f"the file {name}", text
