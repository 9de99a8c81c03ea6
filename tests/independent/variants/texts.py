"""Variants that settle otherwise which texts they take, and what they keep of them."""

import json
import re
from collections.abc import Callable
from typing import Any

import falcon
from tests.independent.server import Drive, bad, create_app
from wcwidth import iter_graphemes

from .registry import App, variant


@variant("create", "rename.refuses")
def texts_are_trimmed_before_they_are_measured() -> App:
    """Measure ids and names without the blanks around them."""

    class Trimming(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = body.get(name)
            return super().text({name: value.strip()} if isinstance(value, str) else body, name)

    return create_app(Trimming())


@variant("create", "rename.refuses")
def texts_are_trimmed_before_they_are_measured_and_numbers_are_texts() -> App:
    """Measure ids and names without the blanks around them, and take numbers for them."""

    class Trimming(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = body.get(name)
            if isinstance(value, bool | int | float):
                value = json.dumps(value)
            return super().text({name: value.strip()} if isinstance(value, str) else body, name)

    return create_app(Trimming())


@variant("create", "rename", "fleets.id-holds")
def lengths_count_what_is_seen() -> App:
    """Count grapheme clusters, as Swift does, so that a family of seven code points is one character."""

    class Seeing(Drive):
        def length(self, text: str) -> int:
            return len(list(iter_graphemes(text)))

    return create_app(Seeing())


@variant("create", "rename")
def odd_names_are_refused() -> App:
    """Refuse names of one character, and with angle brackets, emoji or marks of direction."""

    class Strict(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = super().text(body, name)
            if name.lower().endswith("name") and value and (len(value) < 2 or ODD.search(value)):
                raise bad(f"{name} has characters that are not allowed here, or too few.")
            return value

    return create_app(Strict())


ODD = re.compile("[<>\\u200e\\u200f\\u202a-\\u202e\U00010000-\U0010ffff]")


class Scalars(Drive):
    """Take numbers and booleans for the texts that a language makes of them."""

    def spell(self, value: object) -> str:
        return str(value)

    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = body.get(name)
        return super().text({name: self.spell(value)} if isinstance(value, bool | int | float) else body, name)


@variant("create", "rename")
def scalars_are_spelled_as_python_does() -> App:
    """Take True for True, in four letters of which one is a capital."""
    return create_app(Scalars())


@variant("create", "rename")
def scalars_are_spelled_as_php_does() -> App:
    """Take true for 1, and false for nothing."""

    class Php(Scalars):
        def spell(self, value: object) -> str:
            return ("1" if value else "") if isinstance(value, bool) else str(value)

    return create_app(Php())


@variant("create", "rename")
def blanks_are_cut_off_on_the_left_alone() -> App:
    """Cut blanks off before names, and keep those behind."""
    return create_app(OneSided(str.lstrip))


@variant("create", "rename")
def blanks_are_cut_off_on_the_right_alone() -> App:
    """Cut blanks off behind names, as some databases do, and keep those before."""
    return create_app(OneSided(str.rstrip))


class OneSided(Drive):
    """Cut blanks off at one side of names."""

    def __init__(self, cut: Callable[[str], str]) -> None:
        super().__init__()
        self.cut = cut

    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = body.get(name)
        is_name = name.lower().endswith("name") and isinstance(value, str)
        measured = super().text(body, name)
        return self.cut(str(value)) if is_name and measured is not None else measured


@variant("create", "rename")
def a_firewall_answers_406_to_what_alarms_it() -> App:
    """Answer 406 to bodies that look like an attack, as mod_security does."""

    class Alarmed(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            if re.search(r"<\w|\$\{|;\s*drop\s|\.\./", str(body.get(name)), re.IGNORECASE):
                raise falcon.HTTPNotAcceptable(description="Not Acceptable!")
            return super().text(body, name)

    return create_app(Alarmed())
