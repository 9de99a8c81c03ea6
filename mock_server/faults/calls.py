"""Calls: what faults look for in a call."""

import re


def is_like(asked: str, known: str) -> bool:
    """Say whether an id fits another as LIKE of SQL has it, where % stands for any characters and _ for one."""
    pattern = re.escape(asked).replace("%", ".*").replace("_", ".")
    return len(asked) > 1 and re.fullmatch(pattern, known, re.DOTALL) is not None
