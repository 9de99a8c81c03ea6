"""The situations of a request for a location and its prices."""

from collections.abc import Iterator

from fleet_contract.contract_tests.exchange import Caller
from fleet_contract.contract_tests.judging import texts
from fleet_contract.contract_tests.judging.moment import Moment


def location_situations(moment: Moment) -> Iterator[str]:
    """Yield the situations of a request for a location, but for those of any request."""
    query = moment.request.query
    yield _of_path(moment)
    if moment.exchange.request.caller is Caller.OTHER:  # who may not be shown a location of ours
        yield "any.odd"
    if set(query) - {"fleetId"} or texts.utf16_units(query.get("fleetId", "")) > texts.LIMIT:
        yield "any.odd"
    if "fleetId" in query and not moment.is_own(query["fleetId"]):
        yield "prices.for-an-unknown-fleet"


def _of_path(moment: Moment) -> str:
    id = moment.request.path_id
    if id == moment.fixtures.location:
        return "prices.of-a-location"
    if not id or not moment.view.facts.mark or moment.view.facts.mark not in id:
        return "any.odd"
    return "prices.of-an-overlong-location" if texts.is_overlong(id) else "prices.of-an-unknown-location"
