"""The forms of ids and names: what a dialect makes of blanks, case, composition and emptiness."""

import unicodedata
from collections.abc import Callable
from functools import partial
from string import ascii_lowercase
from typing import Any
from zlib import crc32

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.lengths import UNITS
from fleet_contract.mock_server.messages import Fault
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.spec.dialect import Dialect, default_dialect

LONGEST = 100
COMPARING_IDS = ("id.blanks", "id.normalisation", "id.case")  # the questions that decide which ids are the same
FIELDS_TAKEN_FROM_SCALARS = frozenset({"fleetId", "fleetName", "newName"})


def tidy_id(id: str, dialect: Dialect) -> str:
    """Return an id as the server keeps it, wherever it is given."""
    if dialect.get("id.blanks") == "trimmed":
        id = id.strip()
    if dialect.get("id.normalisation") == "nfc":
        id = unicodedata.normalize("NFC", id)
    return id


def same_id(id: str, dialect: Dialect) -> str:
    """Return the form under which two ids are compared."""
    id = tidy_id(id, dialect)
    return id.lower() if dialect.get("id.case") == "ignored" else id


def sameness(dialect: Dialect) -> Callable[[str], str]:
    """Return the function that gives the form under which two ids are compared: `str` where all differ."""
    usual = default_dialect()
    is_exact = all(dialect.get(question, usual[question]) == usual[question] for question in COMPARING_IDS)
    return str if is_exact else partial(same_id, dialect=dialect)


def new_id(sent: str, dialect: Dialect) -> str:
    """Return the id of a fleet to be made; raises Refusal."""
    if dialect.get("id.blanks") == "400" and sent != sent.strip():
        raise wrong(Kind.BAD_BODY, "fleetId", "begins or ends with blanks, which this server refuses.")
    id = tidy_id(sent, dialect)
    if not id:
        raise wrong(Kind.BAD_BODY, "fleetId", "is all blanks; expected at least one other character.")
    return require_short("fleetId", id, dialect) if dialect.get("id.normalisation") == "nfc" else id


def new_name(sent: str | None, dialect: Dialect) -> str | None:
    """Return the name of a fleet to be made, None where it is to have none; raises Refusal."""
    if sent is None:
        return None
    name = tidy_name("fleetName", sent, dialect)
    if name:
        return name
    if dialect["name.empty"] == "refused":
        raise wrong(Kind.INVALID_NAME, "fleetName", "is empty; expected at least one character, or no fleetName.")
    return None if dialect["name.empty"] == "omitted" else name


def next_name(sent: str, dialect: Dialect) -> str:
    """Return the name that a fleet is to have from now on; raises Refusal."""
    name = tidy_name("newName", sent, dialect)
    if not name and dialect["rename.empty"] == "400":
        raise wrong(Kind.BAD_BODY, "newName", "is empty; expected at least one character.")
    if name and not name.strip() and dialect.get("name.only-blanks") == "refused":
        raise wrong(Kind.INVALID_NAME, "newName", "is all blanks; expected at least one other character.")
    return name


def tidy_name(field: str, sent: str, dialect: Dialect) -> str:
    """Return a name as the server keeps it; raises Refusal."""
    if dialect["name.blanks"] == "refused" and sent != sent.strip():
        raise wrong(Kind.INVALID_NAME, field, "begins or ends with blanks, which this server refuses.")
    if dialect["name.control-characters"] == "refused" and any(unicodedata.category(each) == "Cc" for each in sent):
        raise wrong(Kind.INVALID_NAME, field, "contains a control character, which this server refuses.")
    if dialect["name.blanks"] == "trimmed":
        sent = sent.strip()
    if dialect["name.normalisation"] == "nfc":
        sent = require_short(field, unicodedata.normalize("NFC", sent), dialect, Kind.INVALID_NAME)
    return sent


def require_short(field: str, text: str, dialect: Dialect, kind: Kind = Kind.BAD_BODY) -> str:
    """Return a text; raises Refusal where normalisation, which can lengthen it, led beyond the limit."""
    unit = UNITS[dialect["length.unit"]]
    length = unit.length(text)
    if length > LONGEST:
        raise Refusal(
            kind,
            f"{field} has {length} {unit.in_words} after normalisation; at most {LONGEST} are allowed.",
            fault=Fault(f"/{field}", keyword="maxLength", limit=LONGEST, length=length, unit=unit.name),
        )
    return text


def next_identifier(identifier: str, dialect: Dialect) -> str:
    """Return the identifier that a new charging key gets; raises Refusal where it may have no lower case."""
    if dialect["key.lower-case"] == "kept" or not any(each in ascii_lowercase for each in identifier):
        return identifier
    if dialect["key.lower-case"] == "refused":
        raise wrong(Kind.BAD_KEY, "keyIdentifier", "has lower-case letters; expected capitals and digits.")
    return identifier.upper()


def wrong(kind: Kind, field: str, what: str) -> Refusal:
    """Return how a request is refused in which something is wrong with a field that no schema can see."""
    return Refusal(kind, f"{field} {what}", fault=Fault(f"/{field}"))


def shown_fleet(id: str | None, dialect: Dialect) -> str | None:
    """Return what a charging key shows as its fleet, None where it shows nothing."""
    if id is None or dialect["keys.fleet-id"] == "absent":
        return None
    return id if dialect["keys.fleet-id"] == "own" else f"F{crc32(same_id(id, dialect).encode('utf-8', 'replace')):08X}"


def shown(id: str, name: str | None, dialect: Dialect) -> dict[str, Any]:
    """Return a fleet as answers show it."""
    fleet: dict[str, Any] = {"fleetId": id}
    if name is not None:
        fleet["fleetName"] = name
    elif dialect["name.omitted"] != "absent":
        fleet["fleetName"] = {"null": None, "empty": "", "id": id}[dialect["name.omitted"]]
    if dialect["answer.extras"] == "some":
        fleet.update(status="ACTIVE", createdAt="2024-01-01T00:00:00.000Z")
    return fleet
