"""The fixtures that checks ask for. They stand beside the checks, so that nobody else's of the same names are taken."""

import pytest

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.untested import SkipReason, Untested
from fleet_contract.contract_tests.running.runs import Run
from fleet_contract.contract_tests.session.driver import RUN, SAVED
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if SAVED in metafunc.fixturenames:
        run = metafunc.config.stash.get(RUN, None)
        cases = (run and run.settings.cases) or [None]  # A check of no case reaches nothing, so it is not wanted.
        metafunc.parametrize(SAVED, cases, ids=[each.file if each else "none" for each in cases])


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    return request.config.stash[RUN]


@pytest.fixture
def api(run: Run) -> Api:
    return run.api


@pytest.fixture
def fixtures(run: Run) -> Fixtures:
    return run.settings.target.fixtures


@pytest.fixture
def home(run: Run) -> str:
    """Return the fleet that most checks use, so that names cost nothing."""
    return run.shared_fleet("home")


@pytest.fixture
def neighbour(run: Run) -> str:
    """Return a second fleet of the kind."""
    return run.shared_fleet("neighbour")


@pytest.fixture
def abroad(run: Run, home: str) -> str:
    """Return a fleet whose id is as long as may be and needs encoding, or the first one where such ids are refused."""
    try:
        return run.shared_fleet("abroad")
    except Untested as reason:
        if reason.kind is not SkipReason.SETUP:
            raise
        return home


@pytest.fixture
def coded(run: Run) -> str:
    """Return the fleet with codes that the target file names, after its codes were listed to its owner."""
    return run.coded_fleet()


@pytest.fixture
def depth(run: Run) -> Depth:
    return run.settings.depth


@pytest.fixture
def case() -> None:
    """Stand in for the argument that a property gets from its rows."""
