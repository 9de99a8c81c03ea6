"""Environment variables that nobody reads and that resemble those of an entry: most likely a slip."""

import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from fleet_contract.spec.files import Contradiction

# Kubernetes sets these for a service named fleet-…, as Docker did for a linked container.
OF_A_SERVICE = re.compile(
    r"_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$"
)
NOT_A_LETTER = re.compile(r"[^A-Z0-9]")
# Words that people add: the name of the project or of a table before, and what Docker's images read from a file after.
ADDED = re.compile(r"^(?:CONTRACT|FIXTURES?|LIMITS?|NETWORK|TARGET)_|_FILE$")
LIKENESS = 0.8


def refuse_lookalikes(
    environment: Mapping[str, str], known: Iterable[str], several: Collection[str], used: Collection[str]
) -> None:
    """Raise Contradiction for a variable that resembles a known one, and that nobody meant as another.

    Of those in `several` people keep one for each stage (FLEET_API_KEY_QA), so a further
    word is no slip; nor is what is `used`, since an entry refers to it by env:.
    """
    words = {_word(name): name for name in known}
    for name in sorted(environment):
        if environment[name] and name not in {*words.values(), *used}:
            meant = _resembled(name, words)
            if meant and not (meant in several and _has_a_further_word(name, meant)):
                raise Contradiction(
                    f"The environment variable {name} is set, but unknown here. Did you mean {meant}? "
                    f"Rename it, or unset it for this command: env -u {shlex.quote(name)} fleet-contract …"
                )


def _resembled(name: str, words: Mapping[str, str]) -> str:
    if not name.upper().startswith("FLEET") or OF_A_SERVICE.search(name):
        return ""
    spellings = (_word(name), _word(ADDED.sub("", _own(name))))
    near = [word for spelling in spellings for word in get_close_matches(spelling, words, n=1, cutoff=LIKENESS)]
    return words[near[0]] if near else ""


def _has_a_further_word(name: str, meant: str) -> bool:
    own, other = ADDED.sub("", _own(name)), _own(meant)
    return own.startswith(f"{other}_") or own.endswith(f"_{other}")


def _word(name: str) -> str:
    """Return what tells a variable from others, however its words are parted and cased."""
    return NOT_A_LETTER.sub("", _own(name))


def _own(name: str) -> str:
    return name.upper().removeprefix("FLEET").lstrip("_-.")
