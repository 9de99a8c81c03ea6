"""Conditions that meet: every operation, on a fleet in every state, with two errors at once, in every spelling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fleet_contract.contract_tests.driving.api import FLEETS, JSON, KEYS, Api, segment, without_need
from fleet_contract.contract_tests.driving.check import LEFT_OUT, reaches
from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.target.depths import Depth

_Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Spelling:
    """A way to write a request that changes nothing of what it asks for."""

    segment: Callable[[str], str] = segment
    body: Callable[[Mapping[str, str]], bytes] = spell
    declared: _Headers = tuple(JSON)
    headers: _Headers = ()
    query: str = ""  # beside what else names a fleet or its name; of other operations than lists
    is_chunked: bool = False


def _escaped(members: Mapping[str, str]) -> bytes:
    """Return JSON with every character of its texts escaped, and blanks between its tokens."""
    texts = {name: "".join(f"\\u{ord(each):04x}" for each in text) for name, text in members.items()}
    return ("\r\n{ " + "\t,\n".join(f'"{name}" : "{text}"' for name, text in texts.items()) + " }\n").encode()


_SPELLINGS: Mapping[str, _Spelling] = {
    "as usual": _Spelling(),
    "encoded without need": _Spelling(segment=without_need),
    "escaped": _Spelling(body=_escaped),
    "with a charset": _Spelling(declared=(("Content-Type", "application/json;charset=UTF-8"),)),
    "in chunks": _Spelling(declared=(*JSON, ("Transfer-Encoding", "chunked")), is_chunked=True),
    "with every coding": _Spelling(headers=(("Accept-Encoding", "br, zstd, gzip, deflate"),)),
    "asking for JSON": _Spelling(headers=(("Accept", "application/json"),)),
    "beside a query": _Spelling(query="?fleetId=ct-another&newName=another"),
}


@reaches(
    "fleets.id-is-unique",
    "rename.accepts-a-valid-name",
    "rename.refuses-a-missing-name",
    "rename.refuses-an-overlong-name",
    "rename.name-holds-100-characters",
    "rename.unknown-fleet-is-404",
    "invitation.unknown-fleet-is-404",
    depth=Depth.DEEP,
    new=LEFT_OUT,
)
def test_every_operation_on_a_fleet_in_every_state_in_every_spelling(api: Api, home: str) -> None:
    nameless = api.fresh_id()
    api.require(api.create(nameless), nameless)
    api.rename(nameless)  # which waits for the fleet, and gives it no name
    callers = [Caller.OWNER, *([Caller.OTHER] if api.client.target.other_api_key else [])]
    for spelling in _SPELLINGS.values():
        if spelling.is_chunked and not api.takes_chunks:
            continue
        _all_that_is_refused(nameless, api, spelling)
        _all_that_is_refused(api.fresh_id("-absent"), api, spelling, is_there=False)
        for caller in callers:
            _all_that_is_refused(home, api, spelling, caller=caller)
            _rename(home, api, spelling, newName=api.fresh_name(100), caller=caller)
        _rename(api.fresh_id("-absent"), api, spelling, newName=api.fresh_name(100))


def _all_that_is_refused(
    fleet: str, api: Api, spelling: _Spelling, *, is_there: bool = True, caller: Caller = Caller.OWNER
) -> None:
    """Read what there is of a fleet, and send what leaves it as it is."""
    path = f"{FLEETS}/{spelling.segment(fleet)}/invitation{spelling.query}"
    api.send("GET", path, headers=spelling.headers, caller=caller)
    api.send("GET", f"{KEYS}?fleetId={spelling.segment(fleet)}", headers=spelling.headers, caller=caller)
    if is_there:
        _create(api, spelling, fleetId=fleet, fleetName=api.fresh_name(), caller=caller)
        _create(api, spelling, fleetId=fleet, fleetName=api.fresh_name(101), caller=caller)
    _rename(fleet, api, spelling, caller=caller)
    _rename(fleet, api, spelling, newName=api.fresh_name(101), caller=caller)


def _create(api: Api, spelling: _Spelling, *, caller: Caller = Caller.OWNER, **members: str) -> None:
    headers = (*spelling.declared, *spelling.headers)
    api.send("POST", FLEETS, body=spelling.body(members), headers=headers, caller=caller)


def _rename(fleet: str, api: Api, spelling: _Spelling, *, caller: Caller = Caller.OWNER, **members: str) -> None:
    path = f"{FLEETS}/{spelling.segment(fleet)}/rename{spelling.query}"
    headers = (*spelling.declared, *spelling.headers)
    api.send("PUT", path, body=spelling.body(members), headers=headers, caller=caller)
