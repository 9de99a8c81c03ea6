"""JUnit reports: which cases a tool ran, and which of them failed."""

from pathlib import Path
from xml.etree import ElementTree

from bench.contestant import NoReport, Reading


def read_junit(file: Path) -> Reading:
    """Return what a JUnit report says; raises NoReport where it cannot be read or holds no case."""
    try:
        cases = list(ElementTree.parse(file).iter("testcase"))  # noqa: S314  (the tool that wrote it is ours to trust)
    except (OSError, ElementTree.ParseError) as wrong:
        raise NoReport(f"The report cannot be read: {wrong}.") from None
    if not cases:
        raise NoReport("The report holds no test.")
    return Reading(len(cases), frozenset(case.get("name", "") for case in cases if failed(case)))


def failed(case: ElementTree.Element) -> bool:
    return any(case.find(name) is not None for name in ("failure", "error"))
