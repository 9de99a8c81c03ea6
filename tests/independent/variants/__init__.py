"""Variants of the independent server, each of which settles one more thing otherwise and conforms all the same.

Each is a kind of false alarm that was seen. A variant is a function that returns an application; its name is the
function's, and its docstring says what it does.
"""

from . import answers, ids, keys, paths, requests, texts, times
from .registry import VARIANTS

__all__ = ["VARIANTS", "answers", "ids", "keys", "paths", "requests", "texts", "times"]
