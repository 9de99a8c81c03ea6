"""Hypothesis draws by its seed and settings alone: it stores nothing, and finds out nothing that a run does not need.

There is no public way to any of this. Everything is imported where it is used, since it takes long and what only asks
a question does without.
"""

import os
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hypothesis.internal.intervalsets import IntervalSet

_NOWHERE = Path(os.devnull) / "hypothesis"  # no folder can be made there, and Hypothesis does without
# Unicode assigns nothing in between, and the last two planes are for private use but for their last two code points.
_ASSIGNED = (range(0x40000), range(0xE0000, 0xE1000), (0xF0000, 0xFFFFE, 0x100000, 0x10FFFE))


@contextmanager
def seeded_alone() -> Iterator[None]:
    """Let Hypothesis draw by its seed and settings alone, and store nothing.

    It mixes constants of all local modules that happen to be loaded into what it draws, for which it parses each of
    them. It keeps what it found in the working directory, and where it may not, finds it anew in each process: the
    characters of each category and of UTF-8. And it parses the modules of lambdas, to show them in descriptions.
    """
    from hypothesis import configuration
    from hypothesis.internal import charmap, lambda_sources
    from hypothesis.internal.cache import LRUCache
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    fresh: LRUCache[Any, Any] = LRUCache(providers.CONSTANTS_CACHE.max_size)  # the old one holds what others drew from
    with ExitStack() as stack:
        for owner, name, ours in (
            (configuration, "__hypothesis_home_directory", _NOWHERE),
            (providers, "_get_local_constants", Constants),
            (providers, "CONSTANTS_CACHE", fresh),
            (charmap, "charmap", intervals_of_categories),
            (charmap, "intervals_from_codec", intervals_of_utf_8),
            (lambda_sources, "_lambda_description", lambda _: "lambda: <unknown>"),
        ):
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, ours)
        yield


@cache
def intervals_of_categories() -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Return the code points of each general category, as first and last ones in order."""
    found = defaultdict[str, list[tuple[int, int]]](list)
    first, category = 0, unicodedata.category("\0")
    for code in chain(*_ASSIGNED):
        if unicodedata.category(chr(code)) != category:
            found[category].append((first, code - 1))
            first, category = code, unicodedata.category(chr(code))
    found[category].append((first, sys.maxunicode))
    return {each: tuple(intervals) for each, intervals in found.items()}


def intervals_of_utf_8(codec: str) -> "tuple[IntervalSet, IntervalSet]":
    """Return the characters that UTF-8 can write, all but surrogates, and those that it reads back as others: none.

    Hypothesis finds that by trying all 1,114,112, in two seconds.
    """
    from hypothesis.internal.intervalsets import IntervalSet

    if codec != "utf-8":
        raise NotImplementedError(codec)
    return IntervalSet(((0, 0xD7FF), (0xE000, sys.maxunicode))), IntervalSet(())
