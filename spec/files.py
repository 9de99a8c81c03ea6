"""Reading the data files that lie in this folder, and naming what is wrong with them."""

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import resources
from typing import Any

import yaml

NotYaml = yaml.YAMLError
# A document of 700 lines takes the pure Python loader 100 ms; libyaml's is not everywhere.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Contradiction(ValueError):
    """A file or a setting that says what cannot be; its text is meant for the user."""


def load_yaml(text: str) -> Any:
    """Return what a YAML text says; raises yaml.YAMLError."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  (both loaders are the safe ones)


def read(name: str) -> str:
    """Return the text of a file of this folder."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
