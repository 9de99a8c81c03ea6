"""Secrets of options: `env:NAME` is what an environment variable holds, `file:PATH` what a file holds."""

import os
import re
from pathlib import Path

from fleet_contract.mock_server.seed_checks import unfit
from fleet_contract.spec.files import Contradiction, expanded, read_text

REFERENCE = re.compile(r"(env|file):")
SHORTEST = 8


def read_token(text: str, option: str) -> str:
    """Return the token that an option gives or refers to, the empty one for none.

    Raises Contradiction, which does not repeat it.
    """
    if not text:
        return ""
    scheme, _, name = text.partition(":")
    token = text
    if REFERENCE.fullmatch(text):
        raise Contradiction(f"{option} {text} names nothing. Expected env:NAME or file:PATH, where the token stands.")
    if scheme == "env":
        if name not in os.environ:
            raise Contradiction(f"{option} names the environment variable {name}, which is not set. Set it.")
        token = os.environ[name].strip()
    elif scheme == "file":
        expected = "Expected a file that holds the token and nothing else."
        token = read_text(Path(expanded(name)), f"The file of {option}", expected).strip()
    wrong = unfit(token) or (f"has fewer than {SHORTEST} characters" if len(token) < SHORTEST else "")
    if wrong or " " in token or not token.isascii():
        raise Contradiction(
            f"{option}: the token {wrong or 'contains blanks or characters beyond ASCII'}. Expected {SHORTEST} or more "
            "letters, digits and signs, or env:NAME or file:PATH, where they stand."
        )
    return token
