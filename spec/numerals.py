"""Numbers as people write them: in digits from 0 to 9, and in nothing else that Python takes for a number."""

import re
from typing import Any

import click

WHOLE = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class Whole(click.IntRange):
    """An option of click that takes a whole number: not 1_0, +10, or digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; ends with usage help where the value is none, or out of range."""
        if isinstance(value, str) and not WHOLE.fullmatch(value.strip()):
            self.fail(f"{value!r} is not a valid integer: write it in digits.", param, ctx)
        number: int = super().convert(value, param, ctx)
        return number


class Decimal(click.FloatRange):
    """An option of click that takes a decimal number: not nan, inf, 1_0, or digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; ends with usage help where the value is none, or out of range."""
        if isinstance(value, str) and not DECIMAL.fullmatch(value.strip()):
            self.fail(f"{value!r} is not a valid number: write it in digits.", param, ctx)
        number: float = super().convert(value, param, ctx)
        return number
