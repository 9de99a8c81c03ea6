"""Remembering: what was found out about a moment, or a view, is found out once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Known = TypeVar("Known", bound="Remembering")
Said = TypeVar("Said")


class Remembering:
    """Something that does not change, so that what a function says of it once holds for ever."""

    def __init__(self) -> None:
        self.said: dict[Any, Any] = {}


def once(function: Callable[[Known], Said]) -> Callable[[Known], Said]:
    """Let a function say once what it says of a thing."""

    @wraps(function)
    def remembered(about: Known) -> Said:
        if function not in about.said:
            about.said[function] = function(about)
        said: Said = about.said[function]
        return said

    return remembered
