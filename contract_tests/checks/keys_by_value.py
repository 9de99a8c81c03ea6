"""Charging keys of everyday form whose members mean something else to some layer: numbers, or words of one case."""

from collections.abc import Callable, Sequence
from typing import Any

from fleet_contract.contract_tests.driving.api import Api

# Of a number of thirteen digits, which begins with the ten of the mark. As numbers 0E1 and 0e2 are equal. Not every
# server takes lower case: of eleven keys, the last two have none.
_SPELLED: Sequence[Callable[[int], dict[str, str]]] = [
    lambda _: {},
    lambda number: {"visualNumber": f"00{number:013d}"},
    lambda number: {"keyIdentifier": f"0E{number % 10**12:012d}"},
    lambda number: {"keyIdentifier": f"0e{number % 10**12:012d}"},
    lambda number: {"keyIdentifier": f"{number:014d}"},
    lambda number: {"contractId": f"00{number:013d}"},
    lambda number: {"contractId": f"de{number:013d}c"},
    lambda number: {"contractId": f"De{number:013d}C"},
    lambda number: {"contractId": f"de{number:013d}c"},
    lambda _: {},
]
IN_LOWER_CASE = 3  # of any five in turn, at most, which a server may refuse


def keys_by_value(api: Api, count: int, **fields: Any) -> list[dict[str, Any]]:
    """Return so many charging keys that nobody has, of all kinds in turn; `fields` are as for fresh_key."""
    kinds = (_SPELLED[place % len(_SPELLED)] for place in range(count))
    return [api.fresh_key(**{**kind(api.fresh_number()), **fields}) for kind in kinds]
