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
