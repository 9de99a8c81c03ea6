"""Numbers as people write them: in digits from 0 to 9, and in nothing else that Python takes for a number."""

import re
from typing import Any

import click

TOO_LONG = re.compile(r"-?[0-9]{19,}(?:\.[0-9]*)?")
WHOLE = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class Whole(click.IntRange):
    """An option of click that takes a whole number: not 1_0, +10, or digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; ends with usage help where the value is none, or out of range."""
        number: int = super().convert(_in_digits(value, WHOLE, "integer", param, ctx), param, ctx)
        return number


class Decimal(click.FloatRange):
    """An option of click that takes a decimal number: not nan, inf, 1_0, or digits of other scripts."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; ends with usage help where the value is none, or out of range."""
        number: float = super().convert(_in_digits(value, DECIMAL, "number", param, ctx), param, ctx)
        return number


def _in_digits(
    value: Any, form: re.Pattern[str], what: str, param: click.Parameter | None, ctx: click.Context | None
) -> Any:
    if isinstance(value, str) and not form.fullmatch(value.strip()):
        wrong = "it has too many digits" if TOO_LONG.fullmatch(value.strip()) else "use digits only"
        raise click.BadParameter(f"{value!r} is not a valid {what}: {wrong}.", ctx=ctx, param=param)
    return value
