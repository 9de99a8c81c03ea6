"""Texts that have broken servers before, as endings of marked names and ids, from small to large."""

from hypothesis import strategies as st

from fleet_contract.contract_tests.marks import digits_of

TWO_BYTES, THREE_BYTES, FOUR_BYTES = "é", "東", "🚗"
ASTRONAUT = "👩\u200d🚀"  # three code points, of which a reader sees one character

PLAIN_ENDINGS = [
    "",
    " é東🚗",
    " \"quoted\" \\ // 'single' é東🚗",
    " <b>&amp;</b>  two  blanks %2F+# e\u0301\u200f\u202e👩\u200d🚀 ﬁ① {{7*7}}.",
]
MORE_ENDINGS = [
    " %2F%00 + ?# “curly” – dash…",
    "'; DROP TABLE fleets; -- ${jndi:x} {{7*7}}",
    " two  blanks and a dot.",
    " عربي עברית e\u200dmoji 👩‍🚀 ❤\ufe0f",
]
# Characters that share a byte with a blank of Unicode, where whoever trims bytes finds one.
LIKE_BLANKS = ("ひ", "à")
# Whole names that a careless server takes for something else.
WORDS = ["null"]
MORE_WORDS = ["0", "undefined", "true", "007", "1e5", "NaN", "[]"]
FITTING = [(100, "a"), (100, TWO_BYTES)]
MORE_FITTING = [(100, THREE_BYTES), (51, TWO_BYTES), (100, '"'), (63, FOUR_BYTES), (65, "a"), (98, TWO_BYTES)]
OVERLONG = [(101, "a"), (101, " ")]
MORE_OVERLONG = [(101, TWO_BYTES), (256, "a"), (1_000, "a")]
MOST_OVERLONG = [(101, THREE_BYTES), (101, FOUR_BYTES), (200, "a")]
FAR_OVERLONG = [(5_000, "a"), (70_000, "a")]


def digits(mark: str, filler: str) -> str:
    """Return a name of digits alone, which fill blocks of 8, 16 or 32 characters."""
    return digits_of(mark).ljust(96, filler)


def lavish(mark: str) -> str:
    """Return a name of 100 characters that takes more than 255 bytes, and more characters still where it is escaped."""
    return f'{mark}"quoted" \\ '.ljust(100, THREE_BYTES)


def endings() -> st.SearchStrategy[str]:
    """Return texts of any assigned characters, short enough to fit behind a fresh name."""
    return st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


def lengths(least: int, most: int) -> st.SearchStrategy[tuple[int, str]]:
    """Return lengths with a character of one, two, three or four bytes."""
    return st.tuples(st.integers(least, most), st.sampled_from(["a", TWO_BYTES, THREE_BYTES, FOUR_BYTES]))
