"""What is done to the id of a fleet, so that it resembles it and is another; the mark of the run always stays."""

import re
import unicodedata
from collections.abc import Callable, Mapping

Change = Callable[[str], str]

RESEMBLING: Mapping[str, Change] = {
    "shorter": lambda fleet: fleet[:-1],
    "longer": lambda fleet: f"{fleet}1",
    "wildcard": lambda fleet: f"{fleet[:-1]}_",
    "pattern": lambda fleet: f"{fleet[:-1]}%",
    "padded": lambda fleet: re.sub(r"(\d*)$", r"0\1", fleet, count=1),
    "with-underscores": lambda fleet: fleet.replace("-", "_"),
    "in-wide-letters": lambda fleet: fleet.replace("c", "\uff43", 1),
    "star": lambda fleet: f"{fleet[:-1]}*",
    "prefixed": lambda fleet: f"x{fleet}",
    "tail": lambda fleet: fleet[1:],
    "with-a-null": lambda fleet: f"{fleet}\x00",
    "followed-by-a-null": lambda fleet: f"{fleet}\x00x",
    "with-a-slash": lambda fleet: f"{fleet}/",
    "doubly-encoded": lambda fleet: fleet.replace("-", "%2D"),
    "quoted": lambda fleet: f'"{fleet}"',
    "with-an-extension": lambda fleet: f"{fleet}.json",
    "with-a-parameter": lambda fleet: f"{fleet};a=b",
    "with-a-blank": lambda fleet: f"{fleet} ",
    "with-dot-segments": lambda fleet: f"x/../{fleet}",
    "with-a-comma": lambda fleet: f"{fleet},{fleet[:-1]}",
    "with-a-line-feed": lambda fleet: f"{fleet}\n",
    "with-a-mark": lambda fleet: f"\ufeff{fleet}",
}
# The same id to a server that folds case, cuts blanks off or normalises; another one to all others.
FOLDED: Mapping[str, Change] = {
    "upper-case": str.upper,
    "other-case": str.swapcase,
    "blanks-around": lambda fleet: f" {fleet} ",
    "decomposed": lambda fleet: unicodedata.normalize("NFD", fleet),
    "composed": lambda fleet: unicodedata.normalize("NFC", fleet),
}
CHANGES: Mapping[str, Change] = {**RESEMBLING, **FOLDED}
