"""The seed: what a mock holds when it starts, read from a file."""

import copy
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, ValidationError

from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, Location, State
from fleet_contract.mock_server.store.plain import PlainStore
from fleet_contract.spec.files import Contradiction, NotYaml, read_text
from fleet_contract.spec.yaml import parse_yaml

# The keys that a mock has out of the box. All others are secrets of whoever wrote the seed.
BUILT_IN_KEYS = ("demo-key", "other-key")
# Characters of Latin-1 that a header field carries, with blanks only between them (RFC 9110, section 5.5).
CARRIED_BY_A_HEADER = re.compile(r"[!-~\xa1-\xff]+([ \t]+[!-~\xa1-\xff]+)*")
LONGEST_KEY = 1000


def default_seed() -> State:
    """Return the seed that the mock has unless given another."""
    return parse_seed(resources.files(__package__).joinpath("seed.yaml").read_text(encoding="utf-8"), "seed.yaml")


def read_seed(path: Path) -> State:
    """Read a seed file, YAML or JSON; raises Contradiction that names file, entry and field."""
    text = read_text(path, "The seed file", "Expected YAML or JSON. Correct --seed.")
    return parse_seed(text, str(path))


def public_keys(keys: Iterable[str]) -> list[str]:
    """Return those of some API keys that may be shown to anybody."""
    return [key for key in BUILT_IN_KEYS if key in keys]


def parse_seed(text: str, name: str) -> State:
    """Return the seed that a text describes; raises Contradiction that names file, entry and field."""
    try:
        described = parse_yaml(text)
    except (NotYaml, ValueError) as wrong:
        raise Contradiction(f"{name} is neither YAML nor JSON: {_unreadable(wrong)}.") from None
    for complaint in _keys_no_header_carries(described):
        raise Contradiction(f"{name}: {complaint}")
    problem = _no_json_can_write(described)
    if problem:
        raise Contradiction(f"{name} contains {problem}, which no response can carry. Remove it.")
    error = next(iter(sorted(SCHEMA.iter_errors(described), key=lambda each: list(map(str, each.absolute_path)))), None)
    if error is not None:
        raise Contradiction(f"{name}: {_place(error, described)}{_wrong(error)}")
    seed = _seed(described)
    for complaint in _complaints(seed):
        raise Contradiction(f"{name}: {complaint}")
    return seed


def fill(store: PlainStore, seed: State) -> None:
    """Put a seed into an empty store, where all of it can be found at once."""
    for fleet in seed.fleets:
        store.keep(fleet)
    store.charging_keys.extend(seed.charging_keys)
    store.locations_by_id.update({location.id: copy.deepcopy(location) for location in seed.locations})


def _seed(described: dict[str, Any]) -> State:
    keys = dict(described["keys"])
    first = next(iter(keys.values()))
    return State(
        keys,
        tuple(_fleet(entry, first) for entry in described.get("fleets", [])),
        tuple(_key(entry, first) for entry in described.get("chargingKeys", [])),
        tuple(_location(entry) for entry in described.get("locations", [])),
    )


def _fleet(entry: dict[str, Any], first: str) -> Fleet:
    codes = [Code(code) for code in entry.get("codes", [])]
    codes += [Code(code, active=False) for code in entry.get("inactiveCodes", [])]
    return Fleet(entry["fleetId"], entry.get("fleetName"), entry.get("tenant", first), tuple(codes))


def _key(entry: dict[str, Any], first: str) -> ChargingKey:
    return ChargingKey(
        entry["keyIdentifier"],
        entry["visualNumber"],
        entry["contractId"],
        entry.get("tenant", first),
        entry.get("fleetId"),
        entry.get("enabled", True),
    )


def _location(entry: dict[str, Any]) -> Location:
    body = {name: value for name, value in entry.items() if name != "fleetPrices"}
    return Location(entry["id"], json.loads(json.dumps(body, default=str)), entry.get("fleetPrices", {}))


def _keys_no_header_carries(described: Any) -> Iterator[str]:
    """Yield which API keys no request can bring, by their place: a key is a secret."""
    keys = described.get("keys") if isinstance(described, dict) else None
    for place, key in enumerate(keys if isinstance(keys, dict) else (), start=1):
        wrong = _unfit(key)
        if wrong:
            yield (
                f"keys, entry {place}: the API key {wrong}. Expected 1 to {LONGEST_KEY} characters that a header "
                "can carry: Latin-1, no control characters, no leading or trailing blanks."
            )


def _no_json_can_write(described: Any) -> str:
    """Return what a seed holds that no response can, if anything."""
    try:
        json.dumps(described, ensure_ascii=False, allow_nan=False, default=str).encode()
    except UnicodeEncodeError:
        return "a lone surrogate"
    except RecursionError:
        return "values that are nested too deeply"
    except (ValueError, TypeError):
        return "NaN, Infinity, a key that is not a string, or itself"
    return ""


def _unfit(key: object) -> str:
    if not isinstance(key, str):
        return "is not a string (put it in quotes)"
    if not key:
        return "is empty"
    if len(key) > LONGEST_KEY:
        return f"has {len(key)} characters"
    return "" if CARRIED_BY_A_HEADER.fullmatch(key) else "contains characters that no header can carry"


def _complaints(seed: State) -> Iterator[str]:
    """Yield what a schema cannot see: ids given twice, and names of what is not there."""
    owners = {fleet.id: fleet.tenant for fleet in seed.fleets}
    yield from _repeated("fleets, fleetId", [fleet.id for fleet in seed.fleets])
    yield from _repeated("chargingKeys, keyIdentifier", [key.identifier for key in seed.charging_keys])
    yield from _repeated("locations, id", [location.id for location in seed.locations])
    for fleet in seed.fleets:
        if fleet.tenant not in seed.keys.values():
            yield f"fleets, fleetId {fleet.id!r}, tenant: no key belongs to {fleet.tenant!r}."
    for key in seed.charging_keys:
        if key.fleet_id is not None and owners.get(key.fleet_id) != key.tenant:
            place = f"chargingKeys, keyIdentifier {key.identifier!r}, fleetId"
            yield f"{place}: {key.tenant!r} has no fleet {key.fleet_id!r}."
    for location in seed.locations:
        for fleet_id in set(location.fleet_prices) - set(owners):
            yield f"locations, id {location.id!r}, fleetPrices: there is no fleet {fleet_id!r}."


def _repeated(place: str, ids: list[str]) -> Iterator[str]:
    for id, times in Counter(ids).items():
        if times > 1:
            yield f"{place} {id!r}: it occurs twice."


def _unreadable(wrong: Exception) -> str:
    """Return why a text cannot be read, without the text itself, which may hold a key."""
    mark = getattr(wrong, "problem_mark", None)
    problem = QUOTED.sub("this value", getattr(wrong, "problem", None) or " ".join(str(wrong).split()))
    return f"{problem} in line {mark.line + 1}, column {mark.column + 1}" if mark else problem


def _place(error: ValidationError, described: dict[str, Any]) -> str:
    """Return where an error is, in words; an API key is told by its number."""
    steps = list(error.absolute_path)
    if not steps:
        return ""
    if steps[0] == "keys" and len(steps) > 1:
        steps[1] = list(described["keys"]).index(steps[1])
    words = [str(steps[0])]
    if len(steps) > 1:
        words.append(f"entry {steps[1] + 1}" if isinstance(steps[1], int) else str(steps[1]))
    return ", ".join([*words, *(str(step) for step in steps[2:])]) + ": "


def _wrong(error: ValidationError) -> str:
    message = error.message.replace(repr(error.instance), "this value") if _is_secret(error) else error.message
    return f"{message}." if len(message) < LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…."


def _is_secret(error: ValidationError) -> bool:
    """Say whether the value that is wrong may hold an API key or an invitation code."""
    path = error.absolute_path
    return isinstance(error.instance, list | dict) or not path or not SECRETS.isdisjoint(path)


SECRETS = {"keys", "codes", "inactiveCodes"}
QUOTED = re.compile("'[^']{2,}'")
LONGEST_MESSAGE = 200
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_ID = {"type": "string", "minLength": 1, "maxLength": 100}


def _entries(required: list[str], properties: dict[str, Any], *, closed: bool = True) -> dict[str, Any]:
    entry = {"type": "object", "required": required, "properties": properties, "additionalProperties": not closed}
    return {"type": "array", "items": entry}


SCHEMA = Draft4Validator(
    {
        "type": "object",
        "required": ["keys"],
        "additionalProperties": False,
        "properties": {
            "keys": {"type": "object", "minProperties": 1, "additionalProperties": _TEXT},
            "fleets": _entries(
                ["fleetId"],
                {
                    "fleetId": _ID,
                    "fleetName": {"type": "string", "maxLength": 100},
                    "tenant": _TEXT,
                    "codes": _TEXTS,
                    "inactiveCodes": _TEXTS,
                },
            ),
            "chargingKeys": _entries(
                ["keyIdentifier", "visualNumber", "contractId"],
                {
                    "keyIdentifier": _TEXT,
                    "visualNumber": _TEXT,
                    "contractId": _TEXT,
                    "fleetId": _ID,
                    "tenant": _TEXT,
                    "enabled": {"type": "boolean"},
                },
            ),
            "locations": _entries(
                ["id", "evses"],
                {
                    "id": _TEXT,
                    "name": {"type": "string"},
                    "coordinates": {"type": "object"},
                    "evses": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["connectors"],
                            "properties": {"connectors": {"type": "array", "items": {"type": "object"}}},
                        },
                    },
                    "fleetPrices": {"type": "object", "additionalProperties": {"type": "object"}},
                },
                closed=False,
            ),
        },
    }
)
