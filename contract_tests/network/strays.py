"""Bytes that came and are no response, as far as they may be told: nobody has read them, so anything may be in them."""

import ast
import re
from typing import NamedTuple

import h11

from fleet_contract.contract_tests.target.masking import Masker

_SHOWN = 40  # characters
_BLANK = b"\xef\xbb\xbf \t\r\n"  # white space, and the bytes of a byte order mark
_KINDS = {b"HTTP/": "a response", b"<": "a page", b"{": "JSON", b"[": "JSON"}
_TOLD = ("a response", "a page")  # What begins so begins with no value of the API.
_QUOTED = re.compile(r""":? (?:bytearray\()?(b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")""")


class Stray(NamedTuple):
    """Such bytes; they may begin within a value of the API, unless they are known to stand where a line begins."""

    data: bytes
    begins_a_line: bool = False

    def after_others(self) -> "Stray":
        """Return the same as it came on a connection that had carried others: it may be the end of one of these."""
        return self._replace(begins_a_line=False)

    def told(self, masker: Masker, *, may_hold_codes: bool) -> str:
        """Return how they begin, as the end of a sentence; empty where there are none.

        No masker knows a value that was never read, nor the end of one that it knows. What is told is masked before it
        is cut, and behind the cut stands what shows that it is one.
        """
        if not self.data:
            return ""
        bare = self.data.lstrip(_BLANK)
        kind = next((kind for start, kind in _KINDS.items() if bare.startswith(start)), "")
        is_safe = kind in _TOLD or (self.begins_a_line and not kind)
        if may_hold_codes or not is_safe:
            return f"{f', beginning as {kind} does' if kind else ''} (not shown, since secrets may be in it)"
        text = masker.bytes(self.data).decode("utf-8", "backslashreplace")
        return f", beginning with “{masker.text(f'{text[:_SHOWN]}…')}”"


NOTHING = Stray(b"")


def stray_in(wrong: h11.ProtocolError, *, begins_a_line: bool) -> tuple[str, Stray]:
    """Return what h11 says of a mistake without the bytes that it quotes, and these."""
    words = str(wrong)
    quoted = _QUOTED.search(words)
    if quoted is None:
        return words, NOTHING
    return words[: quoted.start()], Stray(ast.literal_eval(quoted[1]), begins_a_line)
