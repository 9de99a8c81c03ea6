"""Law 2: an honest mock conforms in whatever dialect, and the dialect is read back as it is."""

import pytest

from .dialects import covering, every_pair, pairs_of, random_dialect
from .round_trip import require_round_trip

RANDOM = 40


def test_the_dialects_hold_every_pair_of_answers() -> None:
    assert every_pair() <= set[frozenset[tuple[str, str]]]().union(*map(pairs_of, covering()))


@pytest.mark.parametrize("number", range(len(covering())))
def test_a_dialect_conforms_and_is_read_back(number: int) -> None:
    require_round_trip(covering()[number])


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(RANDOM))
def test_a_random_dialect_conforms_and_is_read_back(seed: int) -> None:
    require_round_trip(random_dialect(seed))
