"""The situations of the name that a create or a rename gives."""

from collections.abc import Callable, Iterator, Mapping

from fleet_contract.contract_tests.judging import texts
from fleet_contract.contract_tests.judging.fleet import Fleet
from fleet_contract.contract_tests.judging.fleet_names import Taken, taken_by_another
from fleet_contract.contract_tests.judging.moment import Moment
from fleet_contract.contract_tests.judging.names_seen import Names

_SHORT = 4  # code points; a server may want some more of a name

# What servers decide differently about a name, by the situation of a rename to it.
ODD_NAMES: Mapping[str, Callable[[str], bool]] = {
    "rename.to-a-name-between-the-units": texts.is_longer_in_utf16,
    "rename.to-a-name-longer-than-it-looks": texts.is_longer_than_it_looks,
    "rename.to-blanks": lambda name: not name.strip(),
    "rename.to-a-name-with-blanks-around": lambda name: bool(name.strip()) and texts.has_blanks_around(name),
    "rename.to-control-characters": texts.has_control_characters,
}
_TAKEN = {Taken.SURELY: "name.taken", Taken.PERHAPS: "name.perhaps-taken"}


def is_odd_name(name: str, names: Names) -> bool:
    """Say whether a server may decide anything about a name."""
    return any(is_odd(name) for is_odd in ODD_NAMES.values()) or is_beyond_the_usual(name, names)


def is_beyond_the_usual(name: str, names: Names) -> bool:
    """Say whether a name is so short, or has such characters, as this server took in no other one."""
    unusual = set(filter(texts.is_unusual, set(name)))
    return bool(unusual - names.characters) or len(name) < min(_SHORT, names.shortest)


def is_telling_by_its_length(name: str, moment: Moment) -> bool:
    """Say whether a name just fits, and would not be refused for a character that is refused in short names too."""
    return texts.is_longest(name) and not set(name) & moment.history.names.refused_by(moment.request.operation)


def situations_of_any_name(name: str, fleet: Fleet) -> Iterator[str]:
    """Yield the situations of a name that is a text, or is taken for one."""
    if not texts.is_normalised(name):
        yield "name.to-normalise"
    if texts.is_alarming(name):
        yield "name.alarming"
    taken = Taken.NOT if fleet.dialect.get("name.taken") == "accepted" else taken_by_another(fleet, name)
    if taken is not Taken.NOT:
        yield _TAKEN[taken]
