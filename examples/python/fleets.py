"""The client that is tested: it renames fleets and reads invitation codes, and tries again where it is told to."""

import time
from urllib.parse import quote

import httpx

MOST_TRIES = 3


class Fleets:
    """A client of Fleet Management."""

    def __init__(self, url: str, api_key: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"X-API-Key": api_key})

    def rename(self, fleet_id: str, name: str) -> None:
        self._send("PUT", f"/emp/v1/fleets/{quote(fleet_id, safe='')}/rename", {"newName": name})

    def codes(self, fleet_id: str) -> list[str]:
        response = self._send("GET", f"/emp/v1/fleets/{quote(fleet_id, safe='')}/invitation")
        return [each["code"] for each in response.json()]

    def _send(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        left = MOST_TRIES
        while True:
            response = self._http.request(method, path, json=body)
            left -= 1
            if response.status_code != 429 or left == 0:
                return response.raise_for_status()
            time.sleep(float(response.headers.get("Retry-After", "1")))

    def close(self) -> None:
        self._http.close()
