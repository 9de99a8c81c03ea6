"""Draws the pictures of the mock's page for the documentation, light and dark.

python -m tools.draw_page, with Chromium in PATH and what package-lock.json names in node_modules.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from fleet_contract.mock_server.serving import serving

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SHOWN = "localhost:8080"  # a port that was free for once says nothing
KEY = {"X-API-Key": "demo-key", "Host": SHOWN, "User-Agent": "my-app/1.0"}


def main() -> None:
    """Send a mock what a developer may send on a bad day, and draw its page."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("Chromium is not in PATH. Install it, and run this again.")
    with serving() as url:
        send(url)
        drive = ROOT / "tests" / "browser" / "drive.mjs"
        command = [shutil.which("node") or "node", str(drive), chromium, url, "look", str(PICTURES / "page"), SHOWN]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def send(url: str) -> None:
    rule = {"match": {"operation": "rename_fleet"}, "times": 2, "respond": {"status": 429}}
    with httpx.Client(base_url=url, headers=KEY) as client:
        client.put("/_mock/misbehaviours", json={"misbehaviours": ["unknown-members"]})
        client.post("/_mock/rules", json=rule)
        client.get("/emp/v1/fleets/acme-corp-001/invitation")
        client.post("/emp/v1/fleets", json={"fleetId": "depot-7", "fleetName": "Depot 7"})
        client.get("/emp/v1/fleets/depot-8/invitation")
        client.post("/emp/v1/fleets", json={"fleetId": "depot-9", "fleetName": "n" * 129})
        client.put("/emp/v1/fleets/depot-7/rename", json={"newName": "Depot North"})


if __name__ == "__main__":
    main()
