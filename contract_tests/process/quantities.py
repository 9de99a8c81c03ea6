"""Quantities in words."""


def counted(number: int, thing: str) -> str:
    """Return a number of things, such as 1 key, or 1,000 keys."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
