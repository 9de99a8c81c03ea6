"""Nesting: how deep a text that a user wrote may be, since not all that reads one notices the end of its stack."""

from collections.abc import Iterator
from typing import Any

import yaml

DEEPEST = 100  # levels; nothing that people write has half as many
TOO_DEEP = "its values are nested too deeply"


def bounded_events(text: str, loader: Any) -> Iterator[Any]:
    """Yield what YAML's parser finds in a text, as far as it is not too deep; then it raises yaml.YAMLError.

    It finds that without a stack; libyaml makes nodes of it on that of C, and the process
    ends where it is used up.
    """
    depth = 0
    events: Iterator[Any] = yaml.parse(text, Loader=loader)
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise yaml.constructor.ConstructorError(problem=TOO_DEEP, problem_mark=event.start_mark)
        yield event
