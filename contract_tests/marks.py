"""The mark of a run: what tells all that it creates from everything else, and how it is written in digits alone."""

PRINTED = "CT-"  # what stands before all that this suite prints on keys, in whatever run


def number_of(mark: str) -> str:
    """Return the mark as a number, where a name is given as one."""
    return str(int(mark, 16))


def digits_of(mark: str) -> str:
    """Return the mark as ten digits, for names that consist of digits alone."""
    return number_of(mark).zfill(10)
