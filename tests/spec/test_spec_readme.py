"""The figures of the README are those of the catalogue."""

import re
from pathlib import Path

from fleet_contract.spec.catalogue import Basis, catalogue

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_counts_what_the_catalogue_holds() -> None:
    known = catalogue()
    testable = [each for each in known.requirements.values() if not each.untestable and each.basis is not Basis.OURS]
    found = re.findall(r"(\d+) testable requirements and (\d+) questions", README.read_text(encoding="utf-8"))
    assert found == [(str(len(testable)), str(len(known.questions)))]
