"""The command `fleet-contract`: judges servers, and explains what it judges."""

import sys

try:
    from fleet_contract.contract_tests.commands import main
except ModuleNotFoundError as missing:  # The plain install is the mock alone.
    if missing.name is not None and missing.name.startswith("fleet_contract"):
        raise
    sys.exit(
        f"fleet-contract needs the package {missing.name!r}, which is not installed. Expected the suite's packages "
        f"beside the mock's. Install them with: pip install 'fleet-contract[suite]'"
    )

if __name__ == "__main__":
    main()
