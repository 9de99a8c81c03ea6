"""What a server sent, made safe to print: no character of it moves a cursor, turns the text around or ends a line."""

import unicodedata

LONGEST = 200  # characters of what is printed, where nothing else is asked for
# Control, format (bidirectional controls, invisible characters), surrogates, and separators of lines and paragraphs.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def printable(text: str, longest: int = LONGEST) -> str:
    r"""Return a text on one line, with what a terminal would obey or hide escaped as in `\x1b`, cut to a length.

    The length counts the characters of the text as it came; what was cut off is told
    by `… (N characters)`. Printing it twice changes nothing.
    """
    if text.isascii() and text.isprintable() and len(text) <= longest:
        return text
    shown = "".join(map(_escaped, text[:longest]))
    return shown if len(text) <= longest else f"{shown}… ({len(text)} characters)"


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNPRINTABLE:
        return character
    code = ord(character)
    wide = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return _SHORT.get(character, wide)


def whole(text: str) -> str:
    """Return the same, uncut, for an id that is to be found again by what is printed."""
    return printable(text, len(text))


def printable_lines(text: str) -> str:
    """Return the same, uncut, for a text whose line feeds are our own: they stay."""
    return "\n".join(whole(line) for line in text.split("\n"))


def printable_json(text: str) -> str:
    """Return a JSON text of the same value in which nothing is left that a terminal would obey or hide."""
    return "".join(map(_escaped_in_json, text))


def _escaped_in_json(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _UNPRINTABLE:
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def uncapitalized(text: str) -> str:
    """Return a sentence as a part of another one; all but its first character stays as it is."""
    return text[:1].lower() + text[1:]


def capitalized(text: str) -> str:
    """Return a text as the beginning of a sentence; all but its first character stays as it is."""
    return text[:1].upper() + text[1:]
