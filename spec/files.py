"""Reading files: the data files of this folder, and the text files that users write."""

import codecs
import json
from collections import deque
from collections.abc import Iterable
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from fleet_contract.spec.aliases import require_bounded_aliases
from fleet_contract.spec.contradiction import Contradiction as Contradiction  # noqa: PLC0414  (where most look for it)
from fleet_contract.spec.nesting import bounded_events

NotYaml = yaml.YAMLError
# A document of 700 lines takes the pure Python loader 100 ms; libyaml's is not everywhere.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LONGEST_WORD = 100  # characters that are compared with what is known
PIECE = 16 * 1024 * 1024  # bytes
LARGEST_FILE = 64 * 1024 * 1024  # bytes; some devices have no end
# Of two marks that begin alike the longer stands first.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def _begin(loader: Any, text: str) -> None:
    deque(bounded_events(text, _LOADER), maxlen=0)
    _LOADER.__init__(loader, text)


def _bounded_node(loader: Any) -> Any:
    """Return the node of a document before anything is made of it: merges alone can fill the memory."""
    node = _LOADER.get_single_node(loader)
    if node is not None:
        require_bounded_aliases(node)
    return node


YAML_LOADER: Any = type("Loader", (_LOADER,), {"__init__": _begin, "get_single_node": _bounded_node})


def load_yaml(text: str) -> Any:
    """Return what a YAML text says; raises yaml.YAMLError."""
    return yaml.load(text, Loader=YAML_LOADER)  # noqa: S506  (it is one of the safe ones)


def load_plain_yaml(text: str) -> Any:
    """Return what a YAML text says that has nothing but values, as JSON has them; raises yaml.YAMLError for others."""
    for event in bounded_events(text, _LOADER):
        if getattr(event, "tag", None) or getattr(event, "anchor", None):
            raise yaml.YAMLError("It has tags, anchors or aliases.")
    value = load_yaml(text)
    try:
        json.dumps(value)
    except (TypeError, ValueError) as wrong:  # YAML knows dates and sets, too
        raise yaml.YAMLError(str(wrong)) from None
    return value


def load_ours(name: str) -> Any:
    """Return what a YAML file of this folder says; nobody else wrote it, so nothing bounds what it may hold."""
    return yaml.load(read(name), Loader=_LOADER)  # noqa: S506  (it is one of the safe ones)


def to_yaml(value: Any) -> str:
    """Return a value of JSON as YAML."""
    text: str = yaml.dump(value, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
    return text


def read(name: str) -> str:
    """Return the text of a file of this folder."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def expanded(path: str | Path) -> Path:
    """Return a path with ~ replaced by the home directory; raises Contradiction where there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise Contradiction(
            f"The path {path} begins with ~, but its home directory is unknown. Write the full path, or set HOME."
        ) from None


def mode_of(path: Path) -> int:
    """Return what kind of thing is at a path, as stat says it; 0 where nothing is, or nothing that may be known."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def read_text(path: Path, what: str, expected: str, largest: int = LARGEST_FILE) -> str:
    """Return the text of a file that a user wrote: UTF-8, or what its byte order mark names, without the mark.

    Raises Contradiction that calls the file `what`, says why it cannot be read, and
    closes with `expected`; so it does for one of more than `largest` bytes.
    """
    try:
        return _decoded(_bytes(expanded(path), largest))
    except OSError as wrong:
        problem = f"cannot be read: {wrong.strerror or wrong}"
    except UnicodeDecodeError as wrong:
        problem = f"is not {wrong.encoding.upper()} text: byte {wrong.start} cannot be decoded"
    except ValueError as wrong:
        problem = str(wrong)
    except MemoryError:
        problem = "does not fit into the memory that is left"
    raise Contradiction(f"{what} {path} {problem}. {expected}")


def _bytes(path: Path, largest: int) -> bytes:
    """Return what a file holds, of which each read reserves a piece alone; raises ValueError for one too large."""
    pieces, left = [], largest
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise ValueError(f"is larger than {largest:,} bytes")
    return b"".join(pieces)


def _decoded(data: bytes) -> str:
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    text = data[len(mark) :].decode(_MARKS.get(mark, "utf-8"))
    if "\0" in text:
        raise ValueError("contains NUL characters: it is binary, or UTF-16 without a byte order mark. Save it as UTF-8")
    return text


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the nearest known word, or nothing; a section is for one that resembles it."""
    section, dot, _ = word[:LONGEST_WORD].partition(".")
    fitting = [each for each in known if not dot or get_close_matches(section, [each.partition(".")[0]])]
    near = get_close_matches(word[:LONGEST_WORD], fitting, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
