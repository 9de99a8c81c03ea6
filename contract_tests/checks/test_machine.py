"""A state machine: fleets created, renamed and read in any order, against a plain model of what exists."""

from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from fleet_contract.contract_tests.checks import texts
from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import LEFT_OUT, reaches
from fleet_contract.contract_tests.driving.untested import Untested
from fleet_contract.contract_tests.network.budget import BudgetSpent
from fleet_contract.contract_tests.target.depths import Depth

_MOST_FLEETS = 3  # in one sequence, since they stay
_ENDINGS = [*texts.PLAIN_ENDINGS, *texts.MORE_ENDINGS]

# Derandomized, and draws from tables only: the same sequences today and tomorrow.
_GATE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=2,
    stateful_step_count=9,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


class Fleets(RuleBasedStateMachine):
    """The model: `names` has every fleet of the sequence with the name given last.

    What ends a check early ends here silently, and is raised when all sequences are
    through: Hypothesis would take it for a failure, and repeat it.
    """

    def __init__(self, api: Api, ended: list[Exception]) -> None:
        super().__init__()
        self.api = api
        self.ended = ended
        self.names: dict[str, str] = {}

    def _drive(self, operation: Callable[..., object], *arguments: object, **how: object) -> None:
        if self.ended:
            return
        try:
            operation(*arguments, **how)
        except (Untested, BudgetSpent) as reason:
            self.ended.append(reason)

    def _fleet(self, index: int) -> str:
        return list(self.names)[index % len(self.names)]

    @precondition(lambda self: len(self.names) < _MOST_FLEETS)
    @rule(ending=st.sampled_from(_ENDINGS))
    def create(self, ending: str) -> None:
        id, name = self.api.fresh_id(), self.api.fresh_name() + ending
        self._drive(self.api.create, id, name)
        self.names[id] = name

    @precondition(lambda self: self.names)
    @rule(index=st.sampled_from(range(_MOST_FLEETS)), ending=st.sampled_from(_ENDINGS))
    def rename(self, index: int, ending: str) -> None:
        id = self._fleet(index)
        self.names[id] = self.api.fresh_name() + ending
        self._drive(self.api.rename, id, self.names[id])

    @precondition(lambda self: self.names)
    @rule(index=st.sampled_from(range(_MOST_FLEETS)), by_name=st.booleans())
    def create_again(self, index: int, by_name: bool) -> None:
        id = self._fleet(index)
        self._drive(self.api.create, id, self.names[id] if by_name else self.api.fresh_name())

    @precondition(lambda self: self.names)
    @rule(index=st.sampled_from(range(_MOST_FLEETS)), into=st.sampled_from(range(_MOST_FLEETS)))
    def rename_to_an_id(self, index: int, into: int) -> None:
        id = self._fleet(index)
        self.names[id] = self._fleet(into)
        self._drive(self.api.rename, id, self.names[id], more={"fleetId": self._fleet(into)})

    @precondition(lambda self: self.names)
    @rule(index=st.sampled_from(range(_MOST_FLEETS)))
    def read_codes(self, index: int) -> None:
        self._drive(self.api.invitation, self._fleet(index))

    @rule()
    def touch_what_does_not_exist(self) -> None:
        id = self.api.fresh_id()
        self._drive(self.api.rename, id, self.api.fresh_name())
        self._drive(self.api.invitation, id)

    def teardown(self) -> None:
        """Call the roll: whatever happened, every fleet of the model is found under its id."""
        for id in self.names:
            self._drive(self.api.rename, id, self.api.fresh_name())


@reaches(
    "fleets.id-never-changes", "fleets.id-finds-the-fleet", "fleets.id-is-unique", depth=Depth.STANDARD, new=LEFT_OUT
)
def test_any_sequence_leaves_every_fleet_where_it_was(api: Api) -> None:
    ended: list[Exception] = []
    # Any factory will do, says its docstring; a class of this run would be remembered for ever, with all that it holds.
    run_state_machine_as_test(partial(Fleets, api, ended), settings=_GATE)  # type: ignore[arg-type]
    for reason in ended:
        raise reason
