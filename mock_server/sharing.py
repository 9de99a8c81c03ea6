"""Sharing: what mocks that share a store settle before they serve."""

import asyncio

from fleet_contract.mock_server.parts import Parts, shared_store
from fleet_contract.mock_server.store import OtherTerms, StoreUnavailable
from fleet_contract.mock_server.store.redis_url import place_of
from fleet_contract.mock_server.terms import are_started_alike, differences, terms
from fleet_contract.spec.files import Contradiction


def settle(made: Parts) -> None:
    """Let the shared store hold the seed, unless mocks began on the same terms before; raises Contradiction."""
    asyncio.run(_settled(made))


async def _settled(made: Parts) -> None:
    store = shared_store(made)
    try:
        await store.settle()
    except OtherTerms as wrong:
        here = terms(made.dialect, made.seed, made.misbehaviours)
        if are_started_alike(wrong.held, here):
            return  # They behave otherwise by now, which this mock learns as soon as it serves.
        found = differences(wrong.held, here)
        raise Contradiction(
            f"{wrong} In {place_of(made.store_url)}, {found}. Start this mock as they were started, "
            "name another database, or empty that one (FLUSHDB)."
        ) from None
    except StoreUnavailable as wrong:
        raise Contradiction(f"{wrong} Start it, or correct --store.") from None
    finally:
        await store.close()
