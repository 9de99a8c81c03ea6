"""Has Schemathesis generate its requests anew, and writes those that standard depth sends into their file."""

from pathlib import Path

from fleet_contract.contract_tests.driving import kept_cases
from fleet_contract.contract_tests.driving.generating import generated_cases
from fleet_contract.spec.document import document

ROOT = Path(__file__).parents[1]
FILE = ROOT / "contract_tests" / "driving" / kept_cases.FILE


def main() -> None:
    cases = kept_cases.some_of(generated_cases(document()))
    FILE.write_text(kept_cases.text_of(cases), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)} keeps {len(cases)} requests.")


if __name__ == "__main__":
    main()
