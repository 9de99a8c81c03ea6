r"""Members that hold a secret, masked in any text: JSON in all its spellings, what is almost JSON, JSON in a string.

A text is masked where it stands, so that of two members of one name both are, and nothing else changes. A letter of a
name may be escaped, and in UTF-16 a NUL stands beside it; a value may be a text in any quotes, a number, or a list.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from fleet_contract.contract_tests.target.masking import MASK

_QUOTE = r"""(?:\\{0,8}["']|&(?:quot|apos|\#0*3[49]|\#x0*2[27]);)"""
_BLANK = r"(?:[\s\0]|\\{1,8}[nrt]|/\*[^*]{0,200}\*/|//[^\n]{0,200}\n)*"
_STRING = re.compile(
    r"""(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)"""
    rf"|(?P<inner_quote>{_QUOTE})(?P<inner_text>(?:(?!(?<!\\)(?P=inner_quote)).)*)",
    re.DOTALL,
)
_BARE = re.compile(r"""[^\s,;&<"'()\[\]{}]+""")
_BRACKET = re.compile(rf"(?P<string>{_QUOTE})|[\[{{]|(?P<end>[\]}}])")
_NOTHING = re.compile(r"(?:null|none|undefined|true|false|[\[\]{}\s])*", re.IGNORECASE)  # that would be a secret

Place = tuple[int, int, str]  # where a value begins and ends, and what is shown in its place


def without_members(text: str, names: Sequence[str], *, is_json: bool) -> str:
    """Return a text in which the values of these members are masked, but for empty ones, booleans and null.

    In JSON each name is quoted: what else looks like one is told to people, as in `keyIdentifier: must not be blank`.
    """
    shown, end = list[str](), 0
    for name in _pattern(tuple(names), is_json).finditer(text):
        if name.end() < end:  # within the value of another
            continue
        start, stop, instead = _value(text, name.end(), name["quote"] or "")
        if not _NOTHING.fullmatch(text[start:stop].replace("\0", "")):
            shown += (text[end:start], instead)
            end = stop
    return "".join((*shown, text[end:]))


@lru_cache
def _pattern(names: Sequence[str], are_quoted: bool) -> re.Pattern[str]:
    """Return what matches the name of a member with all that stands in front of its value."""
    spelled = "|".join(r"\0{0,3}".join(map(_letter, name)) for name in names)
    quoted = rf"(?P<quote>{_QUOTE})(?:{spelled})(?P=quote)"
    perhaps_quoted = rf"(?<![\w.-])(?:{spelled})\0{{0,3}}(?P<quote>{_QUOTE})?"
    name = quoted if are_quoted else perhaps_quoted
    return re.compile(f"{name}{_BLANK}[:=>]{_BLANK}", re.IGNORECASE)


def _letter(letter: str) -> str:
    codes = f"(?:{ord(letter.lower()):x}|{ord(letter.upper()):x})"
    return rf"(?:{letter}|(?:\\{{1,8}}u00|\\{{1,8}}u\{{0*|\\{{1,8}}x|%){codes}\}}?)"


def _value(text: str, start: int, quote: str) -> Place:
    """Return where the value is that begins there; what replaces a list or number is quoted as its name is."""
    string = _STRING.match(text, start)
    if string:
        return *string.span("text" if string["quote"] else "inner_text"), MASK
    if text[start : start + 1] in {"[", "{"}:
        return start, _end_of_list(text, start), f"{quote}{MASK}{quote}"
    bare = _BARE.match(text, start)
    return start, bare.end() if bare else start, f"{quote}{MASK}{quote}"


def _end_of_list(text: str, start: int) -> int:
    """Return where a list or an object ends, the end of the text where it was cut off."""
    depth = 0
    for end, step in _brackets(text, start):
        depth += step
        if not depth:
            return end
    return len(text)


def _brackets(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield each bracket that stands in no string: where it ends, and 1 where one opens, -1 where one closes."""
    while found := _BRACKET.search(text, start):
        start = found.end()
        if found["string"]:
            string = _STRING.match(text, found.start())
            start = string.end() + len(found["string"]) if string else start
        else:
            yield start, -1 if found["end"] else 1
