"""Faults in what becomes of a name or an id on its way into an answer; each in create and in rename by itself."""

import html
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, unquote

from fleet_contract.mock_server.faults.create import LENGTH_OF_A_SHORT_COLUMN
from fleet_contract.mock_server.faults.registry import register_fault
from fleet_contract.mock_server.messages import Call, Json
from fleet_contract.mock_server.parts import Parts

Change = Callable[[str], str | int | None]
OPERATIONS = {
    "create": ("create_fleet", "create.echoes-the-name", "create.echoes-the-id"),
    "rename": ("rename_fleet", "rename.answers-the-new-name", "rename.keeps-the-id"),
}
MARKS_OF_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def without(unwanted: Callable[[str], bool]) -> Change:
    """Return what drops the characters of a kind from a text."""
    return lambda text: "".join(character for character in text if not unwanted(character))


def respell(field: str, change: Change) -> Callable[[Json, Call], Json]:
    """Return what changes a text in an answer; what is none stays."""

    def respelled(fleet: Json, call: Call) -> Json:
        del call
        text = fleet.get(field)
        return {**fleet, field: change(text)} if isinstance(text, str) and text else fleet

    return respelled


# What becomes of a name, in words that finish the sentence "The answer to a create …".
OF_NAMES: dict[str, tuple[str, Change]] = {
    "reads-plus-as-blank": (
        "shows a blank for every plus sign in the name",
        lambda name: name.replace("+", " "),
    ),
    "ends-names-at-a-nul": (
        "shows the name up to its first NUL character",
        lambda name: name.split("\0")[0],
    ),
    "drops-combining-characters": (
        "shows the name without its combining characters",
        without(lambda each: unicodedata.category(each) == "Mn"),
    ),
    "drops-joiners": (
        "shows the name without the joiners that make one emoji of several",
        without(lambda each: each == "\u200d"),
    ),
    "drops-marks-of-direction": (
        "shows the name without the marks of its direction",
        without(lambda each: each in MARKS_OF_DIRECTION),
    ),
    "drops-control-characters": (
        "shows the name without its control characters",
        without(lambda each: unicodedata.category(each) == "Cc"),
    ),
    "drops-quotes": (
        "shows the name without its quotes",
        without(lambda each: each == '"'),
    ),
    "cuts-a-final-period": (
        "shows the name without the period at its end",
        lambda name: name.removesuffix("."),
    ),
    "cuts-names-at-a-semicolon": (
        "shows the name up to its first semicolon",
        lambda name: name.split(";")[0],
    ),
    "cuts-names-at-a-number-sign": (
        "shows the name up to its first number sign",
        lambda name: name.split("#")[0],
    ),
    "decodes-per-cent-signs": (
        "shows a name as if it had been percent-encoded",
        unquote,
    ),
    "decodes-entities": (
        "shows a name as if it had been HTML",
        html.unescape,
    ),
    "strips-tags": (
        "shows the name without what looks like a tag of HTML",
        lambda name: re.sub(r"<[^>]*>", "", name),
    ),
    "doubles-apostrophes": (
        "shows every apostrophe twice, as SQL would have it",
        lambda name: name.replace("'", "''"),
    ),
    "doubles-backslashes": (
        "shows every backslash twice",
        lambda name: name.replace("\\", "\\\\"),
    ),
    "mistakes-utf-8-for-latin-1": (
        "shows two or more characters for each one beyond ASCII",
        lambda name: name.encode().decode("latin-1"),
    ),
    "knows-ascii-only": (
        "shows a question mark for every character beyond ASCII",
        lambda name: name.encode("ascii", "replace").decode(),
    ),
    "splits-names-into-utf-16-units": (
        "shows two replacement characters for every character above U+FFFF",
        lambda name: re.sub("[\U00010000-\U0010ffff]", "\ufffd\ufffd", name),
    ),
    "folds-compatible-characters": (
        "shows the name in normalisation form KC",
        lambda name: unicodedata.normalize("NFKC", name),
    ),
    "decomposes-names": (
        "shows the name in normalisation form D",
        lambda name: unicodedata.normalize("NFD", name),
    ),
    "evaluates-templates": (
        "shows nothing where the name has braces with something in them",
        lambda name: re.sub(r"\$?\{+[^{}]*\}+", "", name),
    ),
    "answers-names-in-title-case": (
        "shows every word of the name with one capital",
        lambda name: name.title(),
    ),
    "guards-against-formulas": (
        "shows an apostrophe before a name that a spreadsheet would take for a formula",
        lambda name: f"'{name}" if name[0] in "=+-@" else name,
    ),
    "takes-digits-for-a-number": (
        "shows a name of nothing but digits as a number",
        lambda name: int(name) if name.isdecimal() else name,
    ),
    "loses-the-end-of-a-full-block": (
        "shows a name that fills blocks of 16 characters without the last one",
        lambda name: name[:-1] if len(name) % 16 == 0 else name,
    ),
    "takes-the-word-null-for-none": (
        "shows null where the name is that word",
        lambda name: None if name.lower() == "null" else name,
    ),
}
OF_NEW_NAMES: dict[str, tuple[str, Change]] = {
    "escapes-names": ("shows the name as HTML would have it", html.escape),
    "drops-carriage-returns": (
        "shows the line breaks of the name as line feeds",
        lambda name: name.replace("\r\n", "\n"),
    ),
}
OF_IDS: dict[str, tuple[str, Change]] = {
    "answers-the-id-in-lower-case": ("shows the id in lower case", str.lower),
    "answers-the-id-encoded": ("shows the id percent-encoded", lambda given: quote(given, safe="")),
    "cuts-ids": ("shows the first 64 characters of the id", lambda given: given[:LENGTH_OF_A_SHORT_COLUMN]),
    "escapes-ids": ("shows the id as HTML would have it", html.escape),
    "answers-ids-in-ascii": (
        "shows the id without what is beyond ASCII",
        lambda given: given.encode("ascii", "ignore").decode(),
    ),
}


def change_text(operation: str, slug: str, field: str, breaks: str, entry: tuple[str, Change]) -> None:
    """Register the fault of an operation that changes a text in its answers."""
    text, change = entry
    operation_id = OPERATIONS[operation][0]

    def edit(parts: Parts) -> None:
        parts.change_answer(operation_id, respell(field, change))

    register_fault(f"{operation}-{slug}", {breaks}, f"The answer to a {operation} {text}.", edit)


for known, (_, of_the_name, of_the_id) in OPERATIONS.items():
    for of_a_name, what in OF_NAMES.items():
        change_text(known, of_a_name, "fleetName", of_the_name, what)
    for of_an_id, what in OF_IDS.items():
        change_text(known, of_an_id, "fleetId", of_the_id, what)
for of_a_new_name, what in OF_NEW_NAMES.items():
    change_text("rename", of_a_new_name, "fleetName", "rename.answers-the-new-name", what)
