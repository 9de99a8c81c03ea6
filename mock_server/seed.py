"""The seed: what a mock holds when it starts, read from a file."""

import gc
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from fleet_contract.mock_server.seed_checks import Described, require_sound
from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, Location, State
from fleet_contract.mock_server.store.records import FOR_EVER
from fleet_contract.mock_server.store.rows import Rows, fleet_of_row, key_of_row, row_of_fleet, row_of_key
from fleet_contract.spec.files import Contradiction, NotYaml, read_text
from fleet_contract.spec.yaml import parse_json, parse_yaml

# The keys that a mock has out of the box. All others are secrets of whoever wrote the seed.
BUILT_IN_KEYS = ("demo-key", "other-key")
LARGEST_SEED = 4 * 1024**3  # bytes; a million fleets and as many keys take 200 MB
MANY = 10_000  # entries, of which it takes so long to read them that a person wants to know how far it is
TIMES_TOLD = 10
LONG = 1_000_000  # characters, which are about as many entries
EMPTY = re.compile(r"(?:\s++|#[^\n]*+)*+\Z")  # but for the comments of YAML
UNKNOWN_TAG = "could not determine a constructor for the tag"
A_TAG = "it has a tag, which stands for no value of JSON,"
QUOTED = re.compile("'[^']{2,}'")

Tell = Callable[[str], None]
Entry = TypeVar("Entry")


def tell_nobody(_: str) -> None: ...


def default_seed() -> State:
    """Return the seed that the mock has unless given another."""
    return parse_seed(resources.files(__package__).joinpath("seed.yaml").read_text(encoding="utf-8"), "seed.yaml")


def read_seed(path: Path, tell: Tell = tell_nobody) -> State:
    """Read a seed file, YAML or JSON, and tell how far it is; raises Contradiction that names file, entry and field."""
    text = read_text(path, "The seed file", "Expected YAML or JSON. Correct --seed.", LARGEST_SEED)
    if len(text) > LONG:
        tell(f"{path} has {len(text):,} characters; reading it takes a while.")
    return parse_seed(text, str(path), tell)


def public_keys(keys: Iterable[str]) -> list[str]:
    """Return those of some API keys that may be shown to anybody."""
    return [key for key in BUILT_IN_KEYS if key in keys]


def parse_seed(text: str, name: str, tell: Tell = tell_nobody) -> State:
    """Return the seed that a text describes; raises Contradiction that names file, entry and field."""
    with collector_paused():
        return state_of(require_sound(_described(text, name), name), tell)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector, which would look through all that is read again and again, and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _described(text: str, name: str) -> Any:
    """Return what a text says, as JSON where the file's name says so, and else as JSON or YAML."""
    if EMPTY.match(text):
        raise Contradiction(
            f"{name} is empty. Expected a seed in YAML or JSON with at least keys, such as keys: {{demo-key: acme}}."
        )
    parse, expected = (parse_json, "not JSON") if name.endswith(".json") else (parse_yaml, "neither YAML nor JSON")
    try:
        return parse(text)
    except (NotYaml, ValueError) as wrong:
        raise Contradiction(f"{name} is {expected}: {_unreadable(wrong)}.") from None


def _unreadable(wrong: Exception) -> str:
    """Return why a text cannot be read, without the text itself, which may hold a key."""
    mark = getattr(wrong, "problem_mark", None)
    problem = QUOTED.sub("this value", getattr(wrong, "problem", None) or " ".join(str(wrong).split()))
    problem = A_TAG if problem.startswith(UNKNOWN_TAG) else problem
    return f"{problem} in line {mark.line + 1}, column {mark.column + 1}" if mark else problem


def state_of(described: Described, tell: Tell = tell_nobody) -> State:
    """Return the state that a sound seed describes."""
    keys = described["keys"]
    first = next(iter(keys.values()))
    fleets, charging_keys = described.get("fleets", []), described.get("chargingKeys", [])
    progress = Progress(len(fleets) + len(charging_keys), tell)
    return State(
        keys,
        Rows([row_of_fleet(fleet_of(entry, first)) for entry in progress.over(fleets)], fleet_of_row),
        Rows([row_of_key(key_of(entry, first)) for entry in progress.over(charging_keys)], key_of_row),
        [location_of(entry) for entry in described.get("locations", ())],
    )


class Progress:
    """Tells how many of many entries have been read, a few times."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._total = total
        self._tell = tell if total >= MANY else tell_nobody
        self._read = 0

    def over(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield entries and count them."""
        step = max(self._total // TIMES_TOLD, 1)
        for entry in entries:
            yield entry
            self._read += 1
            if self._read % step == 0:
                self._tell(f"{self._read:,} of {self._total:,} entries are read.")


def fleet_of(entry: Described, first: str) -> Fleet:
    """Return the fleet that a sound entry describes; where it names no tenant, one of the first."""
    codes = [Code(code) for code in entry.get("codes", ())]
    codes += [Code(code, active=False) for code in entry.get("inactiveCodes", ())]
    return Fleet(entry["fleetId"], entry.get("fleetName"), entry.get("tenant", first), tuple(codes))


def key_of(entry: Described, first: str) -> ChargingKey:
    """Return the charging key that a sound entry describes; where it names no tenant, one of the first."""
    return ChargingKey(
        entry["keyIdentifier"],
        entry["visualNumber"],
        entry["contractId"],
        entry.get("tenant", first),
        entry.get("fleetId"),
        entry.get("enabled", True),
        entry.get("validTo", FOR_EVER),
    )


def location_of(entry: Described) -> Location:
    """Return the location that a sound entry describes."""
    body = {name: value for name, value in entry.items() if name != "fleetPrices"}
    return Location(entry["id"], body, entry.get("fleetPrices", {}))
