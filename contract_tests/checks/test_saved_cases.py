"""Saved cases: programs that an exploration saw break a requirement, sent again; they reach what their files name."""

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import reaches
from fleet_contract.contract_tests.programs.case_files import Case
from fleet_contract.contract_tests.programs.replaying import replay
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


@reaches(depth=Depth.SMOKE)  # A case that was given is sent at every depth.
def test_a_saved_case(api: Api, fixtures: Fixtures, saved: Case) -> None:
    replay(saved.program, api, fixtures)
