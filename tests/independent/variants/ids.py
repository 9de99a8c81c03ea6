"""Variants that settle otherwise which ids are the same."""

import re
import unicodedata
from collections import UserDict
from typing import Any

from falcon import Request, Response
from tests.independent.server import Drive, Fleet, bad, create_app

from .registry import App, variant


class TrimmedIds(Drive):
    def text(self, body: dict[str, Any], name: str) -> str | None:
        value = super().text(body, name)
        return value.strip() if value is not None else None


@variant("fleets", "keys.filter")
def ids_are_trimmed_in_bodies_alone() -> App:
    """Cut blanks off around ids in bodies, and neither in paths nor in queries."""
    return create_app(TrimmedIds())


@variant("keys.filter")
def ids_are_trimmed_in_bodies_and_paths() -> App:
    """Cut blanks off around ids in bodies and paths, and not in queries."""

    class Trimmed(TrimmedIds):
        def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_put_rename(req, resp, fleet_id.strip())

        def on_get_invitation(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_get_invitation(req, resp, fleet_id.strip())

    return create_app(Trimmed())


@variant("create.echoes-the-id", "fleets.id-works")
def ids_are_normalised_in_bodies_alone() -> App:
    """Bring ids into normalisation form C in bodies, and neither in paths nor in queries."""

    class Normalised(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = super().text(body, name)
            return unicodedata.normalize("NFC", value) if value is not None else None

    return create_app(Normalised())


class Column(UserDict[str, Fleet]):
    """A column of ids in a database that compares texts by a collation."""

    def key(self, id: str) -> str:
        """Return what an id is compared by: its letters, without their case and their marks."""
        letters = unicodedata.normalize("NFKD", id.casefold())
        return "".join(each for each in letters if unicodedata.category(each) not in ("Mn", "Mc", "Me", "Cc", "Cf"))

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self.key(id) in self.data

    def __getitem__(self, id: str) -> Fleet:
        return self.data[self.key(id)]

    def __setitem__(self, id: str, fleet: Fleet) -> None:
        self.data[self.key(id)] = fleet


class PaddedColumn(Column):
    def key(self, id: str) -> str:
        return super().key(id).rstrip(" ")


class Database(Drive):
    """Find fleets, and their keys, by a column of such a database."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.fleets = column
        self.column = column

    def is_in(self, key: dict[str, Any], fleet_id: str) -> bool:
        return "fleetId" in key and self.column.key(key["fleetId"]) == self.column.key(fleet_id)


@variant("fleets", "keys")
def ids_are_compared_without_case_and_accents() -> App:
    """Find fleets as MySQL does by utf8mb4_0900_ai_ci, which it takes unless it is told otherwise."""
    return create_app(Database(Column()))


@variant("fleets", "keys")
def ids_are_compared_without_case_and_accents_and_blanks_at_the_end() -> App:
    """Find fleets as MySQL does by utf8mb4_unicode_ci, which pads what it compares with blanks."""
    return create_app(Database(PaddedColumn()))


@variant("rename.unknown-fleet-is-404", "fleets.id-is-matched-whole")
def ids_are_labels_wherever_they_stand() -> App:
    """Take ids that begin with a letter and end in a letter or digit, as in DNS, and refuse others in paths too."""

    class Labels(Drive):
        def text(self, body: dict[str, Any], name: str) -> str | None:
            value = super().text(body, name)
            return label(value) if name == "fleetId" and value is not None else value

        def on_put_rename(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_put_rename(req, resp, label(fleet_id))

        def on_get_invitation(self, req: Request, resp: Response, fleet_id: str) -> None:
            super().on_get_invitation(req, resp, label(fleet_id))

    def label(id: str) -> str:
        if not re.fullmatch("[a-z]([a-z0-9-]*[a-z0-9])?", id):
            raise bad("A fleetId begins with a letter, and ends in a letter or digit.")
        return id

    return create_app(Labels())
