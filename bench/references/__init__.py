"""References: the same API as little as it can be, to measure the mock against."""
