"""The contestants, in the order of the tables."""

from bench.contestant import Contestant
from bench.contestants import dredd, ours, schemathesis, specmatic

CONTESTANTS: dict[str, Contestant] = {
    each.name: each
    for each in (*ours.CONTESTANTS, *schemathesis.CONTESTANTS, *specmatic.CONTESTANTS, *dredd.CONTESTANTS)
}
TOOLS = tuple(dict.fromkeys(each.tool for each in CONTESTANTS.values()))
