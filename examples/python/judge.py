"""Judge a server from a program: python judge.py BASE_URL, with the API key in FLEET_API_KEY."""

import sys

from fleet_contract.contract_tests import run


def main(base_url: str) -> int:
    """Print the outcome and what is broken, and return the exit code of the command."""
    judged = run(base_url, depth="smoke", only=["rename", "create"])
    say = sys.stdout.write
    say(f"{judged.outcome}: {judged.report['judged']} of {judged.report['testable']} requirements were judged\n")
    for requirement in judged.report["requirements"]:
        if requirement["verdict"] == "failed":
            say(f"{requirement['id']}: {requirement['message']}\n")
    return judged.exit_code


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.stderr.write(f"{__doc__}\n")
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
