"""The last fleet that a run may create which has those of earlier ones: driven last, so that others have one first.

By what is driven before, such a run creates four, and another one where a server is lenient or a fleet was lost.
"""

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.check import reaches
from fleet_contract.contract_tests.exchange import Caller


@reaches("create.accepts-a-valid-fleet", "fleets.id-finds-the-fleet", new=1)
def test_the_last_new_fleet_is_not_found_before_it_is_created(api: Api) -> None:
    if not api.spares_fleets:
        return  # Another check does this, and more.
    id, name = api.fresh_id("-free"), api.fresh_name()
    api.rename(id, api.fresh_name())
    api.create(id, api.fresh_name(), caller=Caller.NOBODY)
    for refused in (api.fresh_name(101), ["no text"]):
        api.create(id, refused)
    api.create(id, name)
    for each in (api.fresh_name(), name):  # and back to the first
        api.rename(id, each)
