"""Whatever steps are done, a store does the same as its model."""

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, Habits, Store, Wrong

from .conftest import EMPTY, Opened
from .model import Model

pytestmark = pytest.mark.anyio

ALL_TENANTS, ALL_IDS = ("t", "ü\0"), ("a", "A", 'b"', "ä€🚗", "a\0b")
TENANTS, IDS = st.sampled_from(ALL_TENANTS), st.sampled_from(ALL_IDS)
NAMES = st.sampled_from(["", "name", 'na"me\n🚗'])
CODES = st.builds(Code, st.sampled_from(["C", "ü"]), st.booleans())
FLEETS = st.builds(
    Fleet, IDS, st.none() | NAMES, TENANTS, st.lists(CODES, max_size=2, unique_by=lambda c: c.code).map(tuple)
)
IDENTIFIERS = st.sampled_from(["04", '0"4', "0\u20284"])
KEYS = st.builds(ChargingKey, IDENTIFIERS, st.just("V"), st.just("C"), TENANTS, st.none() | IDS, st.booleans())
STEPS = st.one_of(
    st.tuples(st.just("add_fleet"), FLEETS),
    st.tuples(st.just("rename"), TENANTS, IDS, NAMES),
    st.tuples(st.just("codes"), TENANTS, IDS),
    st.tuples(st.just("put_code"), IDS, CODES),
    st.tuples(st.just("put_fleet"), FLEETS),
    st.tuples(st.just("add_key"), KEYS),
    st.tuples(st.just("put_key"), KEYS),
    st.tuples(st.just("page"), TENANTS, st.none() | IDS, st.integers(0, 5), st.integers(1, 3)),
)


async def done(store: Store, step: str, *arguments: Any) -> Any:
    """Return what a step returns, or the name of the Wrong that it raises."""
    try:
        return await getattr(store, step)(*arguments)
    except Wrong as wrong:
        return type(wrong).__name__


@pytest.mark.parametrize("same", [str, str.lower])
@pytest.mark.parametrize("are_names_unique", [False, True])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
async def test_any_steps_do_what_they_do_to_the_model(
    opened: Opened, same: Any, are_names_unique: bool, steps: list[Any]
) -> None:
    store = await opened(Habits(same=same, unique_names=are_names_unique), EMPTY)
    model = Model(same, are_names_unique=are_names_unique)
    for step, *arguments in steps:
        expected = getattr(model, step)(*arguments)
        found = await done(store, step, *arguments)
        assert step in ("put_fleet", "put_key") or found == expected, (step, arguments)
    for tenant, fleet_id in product(ALL_TENANTS, (None, *ALL_IDS)):
        assert await store.page(tenant, fleet_id, 0, 500) == model.page(tenant, fleet_id, 0, 500)
    assert [fleet async for fleet in store.fleets()] == model.fleets
    keys = store.keys()
    assert [key async for key in keys] == model.keys
