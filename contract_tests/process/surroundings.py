"""Deaf to the surroundings: what a user set for programs of his own changes no run, and a run leaves nothing there."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_OF_LIBRARIES = ("PYTEST_", "HYPOTHESIS_")
_INSTEAD = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HYPOTHESIS_NO_PLUGINS": "1"}
_NOWHERE = Path(os.devnull) / "hypothesis"  # no folder can be made there, and Hypothesis does without


@contextmanager
def deaf() -> Iterator[None]:
    """Hide what the environment tells pytest and Hypothesis, and that Python is to make errors of warnings."""
    before = {name: value for name, value in os.environ.items() if name.startswith(_OF_LIBRARIES)}
    _replace_variables(_INSTEAD)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _replace_variables(before)


def _replace_variables(others: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith(_OF_LIBRARIES)]:
        del os.environ[name]
    os.environ.update(others)


@contextmanager
def somewhere() -> Iterator[None]:
    """Stand in a folder that exists where the working directory was deleted or is closed: pytest asks for its name."""
    try:
        os.chdir(Path.cwd())
    except OSError:
        pass
    else:
        yield
        return
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))  # the only name that such a folder has
    os.chdir(os.sep)
    try:
        yield
    finally:
        with suppress(OSError):
            os.fchdir(here)
        os.close(here)


@contextmanager
def seeded_alone() -> Iterator[None]:
    """Let Hypothesis draw by its seed and settings alone, and store nothing.

    It mixes constants of all local modules that happen to be loaded into what it draws, for which it parses each of
    them, and it keeps what it found in the working directory. There is no public way to keep it from either.
    """
    from unittest.mock import patch  # all of these take long, and what only asks a question does without

    from hypothesis import configuration
    from hypothesis.internal.cache import LRUCache
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    fresh: LRUCache[Any, Any] = LRUCache(providers.CONSTANTS_CACHE.max_size)  # the old one holds what others drew from
    with (
        patch.object(configuration, "__hypothesis_home_directory", _NOWHERE),
        patch.object(providers, "_get_local_constants", Constants),
        patch.object(providers, "CONSTANTS_CACHE", fresh),
    ):
        yield
