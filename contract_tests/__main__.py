"""The command `fleet-contract`: judges servers, and explains what it judges."""

import sys

try:
    from fleet_contract.contract_tests.commands import main
except ModuleNotFoundError as missing:  # The plain install is the mock alone.
    if missing.name is not None and missing.name.startswith("fleet_contract"):
        raise
    sys.stderr.write(
        f"Error: fleet-contract needs the package {missing.name!r}, which is not installed. Expected the suite's "
        f"packages beside the mock's. Install them with: pip install 'fleet-contract[suite]'\n"
    )
    sys.exit(2)  # wrong usage, as Exit.USAGE says, which cannot be imported here

if __name__ == "__main__":
    main()
