"""The cursors of a script: those of the run are good for nothing, so it keeps the ones that it is given itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from fleet_contract.contract_tests.exchange import Exchange, Request
from fleet_contract.contract_tests.judging.listings import cursor_of
from fleet_contract.contract_tests.replays.steps import Step


class Cursors:
    """The variables of a script by the cursors of the run, unless one page leads to the next within a step."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = list(_with_each_page_followed(list(steps)))
        asked = _asked(self.steps)
        given = ((step, each) for step in self.steps for each in step.exchanges)
        # What calls at once keep, they keep for themselves: each lane is a shell of its own.
        followed = [
            cursor
            for step, each in given
            if (cursor := cursor_of(each)) in (_asked([step]) if step.is_at_once else asked)
        ]
        self._variables = {cursor: f"cursor{number}" for number, cursor in enumerate(dict.fromkeys(followed), 1)}

    @property
    def keeps_any(self) -> bool:
        """Whether any cursor is kept in a variable."""
        return bool(self._variables)

    @property
    def are_needed(self) -> bool:
        """Whether the script has to read a cursor anywhere."""
        return self.keeps_any or any(step.is_list for step in self.steps)

    def kept(self, exchange: Exchange) -> str:
        """Return the variable for the cursor that an exchange shows, empty where nothing asks for it later."""
        return self._variables.get(cursor_of(exchange), "")

    def followed(self, request: Request) -> str:
        """Return the variable with the cursor that a request follows, empty where it follows none."""
        return self._variables.get(_cursor_in(request), "")


def without_cursor(request: Request) -> Request:
    """Return a request without the cursor in its query."""
    path, mark, query = request.path.partition("?")
    kept = "&".join(each for each in query.split("&") if each.partition("=")[0] != "cursor")
    return replace(request, path=f"{path}{mark if kept else ''}{kept}")


def _with_each_page_followed(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield steps, with the pages of a list apart where something else follows one in their midst."""
    asked = _asked(steps)
    for step in steps:
        if step.is_list and any(cursor_of(page) in asked for page in step.exchanges[:-1]):
            for page in step.exchanges:
                yield Step(((page,),), step.pause if page is step.exchanges[0] else 0.0)
        else:
            yield step


def _asked(steps: Iterable[Step]) -> set[str | None]:
    """Return the cursors that steps ask for, but for those by which a list is read on."""
    requests = (each.request for step in steps for each in step.exchanges[: 1 if step.is_list else None])
    return {_cursor_in(each) for each in requests} - {None}


def _cursor_in(request: Request) -> str | None:
    return dict(request.query).get("cursor")
