"""What the fixture gives: a mock's URL that is a string as any, with what a test wants of the mock beside it."""

from collections.abc import Iterator
from typing import Any, Unpack

from fleet_contract.mock_server.client.asks import MOST_SHOWN, Filters
from fleet_contract.mock_server.client.control import Control
from fleet_contract.mock_server.client.exchanges import Exchange, JournalIsFull, require_all
from fleet_contract.mock_server.client.verification import Verify


class Codes:
    """The invitation codes of a world."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(self, fleet_id: str, code: str | None = None) -> str:
        """Add a code to a fleet, one that the mock makes where it is left out, and return it."""
        return self._control.add_code(fleet_id, code)["code"]

    def list(self, fleet_id: str) -> list[str]:
        """Return the active codes of a fleet."""
        return [each["code"] for each in self._control.list_codes(fleet_id) if each["isActive"]]

    def revoke(self, fleet_id: str, code: str) -> None:
        """Let a code be active no longer."""
        self._control.revoke_code(fleet_id, code)


class Journal:
    """The exchanges of a world, which are asked for anew each time; the oldest first."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def search(self, **which: Unpack[Filters]) -> list[Exchange]:
        """Return the exchanges that fit all filters, all exchanges without any; raises JournalIsFull."""
        which.setdefault("limit", MOST_SHOWN)
        found = self._control.search_journal(**which)
        require_all(found)
        if len(found) >= MOST_SHOWN:
            raise JournalIsFull(
                f"The journal shows {MOST_SHOWN} exchanges at most, and there may be more. Clear it in between."
            )
        return found

    def clear(self) -> None:
        """Forget all exchanges so far."""
        self._control.clear_journal()

    def har(self, **which: Unpack[Filters]) -> dict[str, Any]:
        """Return exchanges as an HTTP Archive, in which API keys and codes have pseudonyms."""
        return self._control.export_journal(**which)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.search())

    def __len__(self) -> int:
        return len(self.search())

    def __getitem__(self, number: int) -> Exchange:
        return self.search()[number]


class FleetMock(str):
    """The URL of a mock, or of a world of one.

    `control` has all calls of the control API. `codes`, `journal` and `verify` are what tests want most.
    """

    __slots__ = ("codes", "control", "journal", "verify")

    control: Control
    codes: Codes
    journal: Journal
    verify: Verify

    def __new__(cls, control: Control) -> "FleetMock":
        made = super().__new__(cls, control.url)
        made.control = control
        made.codes = Codes(control)
        made.journal = Journal(control)
        made.verify = Verify(made.journal.search)
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Be copied and pickled as the string alone, which settings and other processes are given."""
        return str, (str(self),)

    def reset(self) -> None:
        """Restore the state, dialect, misbehaviours and rules with which the test began, and empty the journal."""
        self.control.reset_world()
