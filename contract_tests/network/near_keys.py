"""Keys that resemble the owner's and that nobody was given, as careless servers take them for it."""

import re
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import NamedTuple

# Digits of which no key of a server has both cases: of base16, in which a UUID may be written in these ways (RFC 9562,
# section 4), and of base32 and the like.
_HEXADECIMAL = re.compile(r"(?:urn:uuid:)?\{?\b(?P<digits>[0-9a-f](?:-?[0-9a-f]){15,})\b\}?", re.IGNORECASE)
_OF_ONE_CASE = re.compile(r"\b(?:[0-9A-Z]{16,}|[0-9a-z]{16,})\b")
_LAST_QUARTER = "wxyz0123456789+/-_"  # of base64, whose last digit may have bits that count for nothing


class NearKey(NamedTuple):
    """How a near key is made of the owner's; and how bash makes it of $KEY, in double quotes."""

    of: Callable[[str], str]
    in_bash: str


def _shorter(own: str) -> str:
    return own.rstrip("=")[:-1]  # base64 may be read without its padding (RFC 4648, section 3.2)


def _with_another_end(own: str) -> str:
    digits = own.rstrip("=")
    return digits[:-1] + ("A" if digits[-1:] in _LAST_QUARTER else "0") + own[len(digits) :]


# As careless servers change keys; and one unlike it.
NEAR_KEYS: Mapping[str, NearKey] = {
    "longer": NearKey(lambda own: own + "x" * 200, "$KEY$(printf 'x%.0s' {1..200})"),
    "shorter": NearKey(_shorter, "$(sed 's/.=*$//' <<< \"$KEY\")"),
    "in-the-other-case": NearKey(str.swapcase, "$(tr 'a-zA-Z' 'A-Za-z' <<< \"$KEY\")"),
    "unlike": NearKey(
        lambda own: sha256(own.encode()).hexdigest()[: max(len(own), 8)],
        '$(printf %s "$KEY" | sha256sum | cut -c "1-$((${#KEY} > 8 ? ${#KEY} : 8))")',
    ),
    "quoted": NearKey(lambda own: f'"{own}"', r"\"$KEY\""),
    "without-hyphens": NearKey(lambda own: own.replace("-", ""), "${KEY//-/}"),
    "in-a-list": NearKey(lambda own: f"{own} , nobody, {own}", "$KEY , nobody, $KEY"),
    "with-another-end": NearKey(
        _with_another_end,
        "$(sed -E -e 's/[wxyz0123456789+/_-](=*)$/A\\1/' -e t -e 's/.(=*)$/0\\1/' <<< \"$KEY\")",
    ),
    "pattern": NearKey(lambda own: f"{own[:-1]}%", "${KEY%?}%"),
}


def near_keys(own: str, given: Collection[str]) -> dict[str, str]:
    """Return near keys with their names, but for those that mean a key that was given, or none."""
    meant = {"", *map(meaning, (own, *given))}
    made = [(near.of(own), name) for name, near in NEAR_KEYS.items()]
    return {key: name for key, name in made if meaning(key) not in meant}


def meaning(key: str) -> str:
    """Return what a key says, however it is spelled: two keys that mean the same may be one to an honest server."""
    plain = _HEXADECIMAL.sub(lambda found: found["digits"].replace("-", "").lower(), key)
    return _OF_ONE_CASE.sub(lambda found: found[0].lower(), plain)
