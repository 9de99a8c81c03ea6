"""Aliases of YAML: a few lines of them stand for more than any memory holds, so what they stand for is bounded."""

import yaml

MOST_MEANT = 10_000_000  # characters and values; a tenth of it is a large seed
BEYOND = f"its aliases stand for more than {MOST_MEANT:,} characters"


class Weights:
    """How much nodes stand for: their characters and those of all below them, each as often as it is meant."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._written = 0

    def of(self, node: yaml.Node) -> int:
        """Return the weight of a node; raises yaml.YAMLError where its aliases stand for too much."""
        known = self._known.get(id(node))
        if known is not None:
            return known
        self._known[id(node)] = 0  # what one that holds itself counts within itself: it has no end
        own = 1 + (len(node.value) if isinstance(node, yaml.ScalarNode) else 0)
        self._written += own
        weight = own + sum(map(self.of, _below(node)))
        if weight - self._written > MOST_MEANT:
            raise yaml.constructor.ConstructorError(problem=BEYOND, problem_mark=node.start_mark)
        self._known[id(node)] = weight
        return weight


def _below(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [each for entry in node.value for each in entry]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def require_bounded_aliases(node: yaml.Node) -> None:
    """Raise yaml.YAMLError for a document whose aliases stand for too much."""
    Weights().of(node)
