"""The client that is tested: it renames fleets and reads invitation codes, and tries again where it is told to."""

import time

import httpx

MOST_TRIES = 3


class Fleets:
    """A client of Fleet Management."""

    def __init__(self, url: str, api_key: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"X-API-Key": api_key})

    def rename(self, fleet_id: str, name: str) -> None:
        self._send("PUT", f"/emp/v1/fleets/{fleet_id}/rename", {"newName": name})

    def codes(self, fleet_id: str) -> list[str]:
        response = self._send("GET", f"/emp/v1/fleets/{fleet_id}/invitation")
        return [each["code"] for each in response.json()]

    def _send(self, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
        for _ in range(MOST_TRIES):
            response = self._http.request(method, path, json=body)
            if response.status_code != 429:
                break
            time.sleep(float(response.headers["Retry-After"]))
        return response.raise_for_status()

    def close(self) -> None:
        self._http.close()
