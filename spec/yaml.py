"""Reading YAML and JSON that a user wrote, in which nothing may be written twice."""

import json
from collections import Counter
from typing import Any

import yaml

from fleet_contract.spec.files import YAML_LOADER, NotYaml

TWICE = "an entry is written twice, and one of them would be lost"


class _Loader(YAML_LOADER):  # type: ignore[misc]  (one of two)
    """The loader of YAML, without the licence to drop all but the last of several entries."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else None
            if name in seen:
                raise yaml.constructor.ConstructorError(problem=TWICE, problem_mark=key.start_mark)
            seen |= {name} if name else set()
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def parse_yaml(text: str) -> Any:
    """Return what a text says that is JSON, or else YAML; raises NotYaml.

    Not all JSON is YAML as PyYAML reads it: tabs, escaped slashes and surrogate pairs are not.
    """
    try:
        return _parsed(text)
    except RecursionError:
        raise NotYaml("its values lie too deep in each other") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe one)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(count > 1 for count in Counter(name for name, _ in pairs).values()):
        raise NotYaml(TWICE)
    return dict(pairs)
