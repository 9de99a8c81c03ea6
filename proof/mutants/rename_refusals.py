"""Mutants that do not refuse a rename as they should."""

from proof.effects import accepts
from proof.mutants.table import Table
from proof.triggers import values as v
from proof.triggers.calls import renames

# fmt: off
TABLE: Table = {
    "rename.refuses-an-overlong-name": {
        "rename-accepts-newname-beyond-1000-characters": (
            "A newName of 1000 characters or more is accepted.",
            renames(newName=v.at_least(1000)), accepts("newName")),
        **{f"rename-measures-names-{slug}": (
            f"A newName is measured {how}.", renames(newName=names), accepts("newName"))
            for slug, (how, names) in v.MEASURED_OTHERWISE.items()},
    },
}
