"""Reading YAML and JSON that a user wrote, in which nothing may be written twice."""

import json
from typing import Any

import yaml

from fleet_contract.spec.files import YAML_LOADER, NotYaml
from fleet_contract.spec.nesting import TOO_DEEP

TWICE = "an entry occurs twice, and one of them would be lost"


def _construct_once(loader: Any, node: yaml.MappingNode, deep: bool = False) -> Any:
    """Construct a mapping; the loader itself would keep the last of several entries and drop the others."""
    keys = [(key.tag, key.value, key.start_mark) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    seen = set()
    for tag, value, mark in keys:
        if (tag, value) in seen:
            raise yaml.constructor.ConstructorError(problem=TWICE, problem_mark=mark)
        seen.add((tag, value))
    return YAML_LOADER.construct_mapping(loader, node, deep)


_LOADER: Any = type("Loader", (YAML_LOADER,), {"construct_mapping": _construct_once})


def parse_yaml(text: str) -> Any:
    """Return what a text says that is JSON, or else YAML; raises NotYaml.

    Not all JSON is YAML as PyYAML reads it: tabs, escaped slashes and surrogate pairs are not.
    """
    try:
        return _parsed(text)
    except RecursionError:
        raise NotYaml(TOO_DEEP) from None


def parse_json(text: str) -> Any:
    """Return what a text says that is JSON and nothing else; raises JSONDecodeError or NotYaml."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise NotYaml(TOO_DEEP) from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  (a safe one)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NotYaml(TWICE)
    return made
