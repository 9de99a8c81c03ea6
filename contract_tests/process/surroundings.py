"""Deaf to the surroundings: what a user set for programs of his own changes no run, and a run leaves nothing there."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_OF_LIBRARIES = ("PYTEST_", "HYPOTHESIS_")
_INSTEAD = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HYPOTHESIS_NO_PLUGINS": "1"}


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
    """Stand in a folder that exists where the working directory was deleted or is closed: pytest asks for its name.

    From one that may not even be entered there is no way back.
    """
    try:
        os.chdir(Path.cwd())
    except OSError:
        pass
    else:
        yield
        return
    with ExitStack() as way_back:
        with suppress(OSError):
            here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))  # the only name that such a folder has
            way_back.callback(os.close, here)
            way_back.callback(_return_to, here)
        os.chdir(os.sep)
        yield


def _return_to(folder: int) -> None:
    with suppress(OSError):
        os.fchdir(folder)
