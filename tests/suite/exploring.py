"""Exploring from within a test: servers with mistakes of our own, and a target whose dialect need not be read."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

import tomli_w
from click.testing import Result

from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import DelegatingStore, Fleet, NoSuchFleet
from fleet_contract.spec.dialect import complete
from proof.effects import status
from proof.mutants.table import Mutant
from proof.triggers.calls import named
from proof.triggers.classes import Class, when
from proof.triggers.values import characters

from .harness import SEED, command

BIDI = "\u202e"  # turns the direction of a text around; no check of the gate sends it in a name


def crashes_on_a_character(parts: Parts) -> None:
    spoil(parts, named(characters(BIDI)))


def loses_ids_of_a_length(parts: Parts) -> None:
    class Losing(DelegatingStore):
        async def require_fleet(self, tenant: str, id: str) -> None:
            if len(id) == 73:
                raise NoSuchFleet("No fleet has this fleetId.")
            await super().require_fleet(tenant, id)

        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            await self.require_fleet(tenant, id)
            return await super().rename(tenant, id, name)

        async def codes(self, tenant: str, id: str) -> list[str]:
            await self.require_fleet(tenant, id)
            return await super().codes(tenant, id)

    parts.wrap_store(Losing)


def fails_the_third_rename(parts: Parts, failed: Event | None = None) -> None:
    renames: Counter[str] = Counter()

    class Tiring(DelegatingStore):
        async def rename(self, tenant: str, id: str, name: str) -> Fleet:
            fleet = await super().rename(tenant, id, name)
            renames[id] += 1
            if renames[id] == 3:
                if failed:
                    failed.set()
                raise NoSuchFleet("It was renamed too often.")
            return fleet

    parts.wrap_store(Tiring)


def breaks_once(parts: Parts) -> None:
    """Answer one rename with 500, and never again."""
    spoil(parts, when(lambda m: m.operation == "rename_fleet" and not any(m.earlier("rename_fleet"))))


def spoil(parts: Parts, where: Class) -> None:
    """Answer some calls with 500."""
    breaks = frozenset({"http.never-a-server-error"})
    Mutant("breaks-somewhere", breaks, "Some calls are answered 500.", where, status(500)).spoil(parts)


def target_of(folder: Path, settings: Mapping[str, str] | None = None) -> Path:
    """Return the target file of a mock that holds its whole dialect, so that it need not be read."""
    file = folder / "target.toml"
    file.write_text(SEED.read_text() + tomli_w.dumps({"dialect": dict(complete(settings or {}))}))
    return file


def explored(url: str, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Result:
    """Explore a mock whose dialect is known, and save what is found below the folder."""
    save = ["--save", str(folder / "cases")]
    return command("explore", url, "--target", str(target_of(folder, settings)), *save, *arguments)


def saved(folder: Path) -> list[dict[str, Any]]:
    """Return the cases that were saved."""
    return [json.loads(file.read_text()) for file in sorted((folder / "cases").glob("*.json"))]
