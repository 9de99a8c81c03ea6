"""All exchanges of a run as an HTTP archive (HAR 1.2), which browsers and proxies read; secrets are masked."""

import json
from datetime import timedelta
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fleet_contract.contract_tests.network.printable import printable_json
from fleet_contract.contract_tests.reports.redacted import codes_of, exchange_value
from fleet_contract.contract_tests.reports.value import Value, begun_at
from fleet_contract.contract_tests.run import Report

_UNKNOWN = -1


def to_har(report: Report) -> str:
    """Return every exchange of a run, with its check and number in members of our own, which begin with `_`."""
    begun, codes = begun_at(report), codes_of(report.history)
    entries = [_entry(exchange_value(each, begun, codes), report) for each in report.history.exchanges]
    creator = {"name": "fleet-contract", "version": version("fleet-contract")}
    archive = {"log": {"version": "1.2", "creator": creator, "entries": entries}}
    return printable_json(json.dumps(archive, indent=1, ensure_ascii=False)) + "\n"


def _entry(exchange: Value, report: Report) -> Value:
    started = report.began + timedelta(seconds=exchange["at"])
    time = exchange["milliseconds"]
    return {
        "startedDateTime": started.isoformat(timespec="milliseconds"),
        "time": time,
        "request": _request(exchange["request"], report.settings.target.base_url),
        "response": _response(exchange["response"], exchange["trouble"]),
        "cache": {},
        "timings": {"send": 0, "wait": time, "receive": 0},
        "_number": exchange["number"],
        "_check": exchange["check"],
        "_caller": exchange["caller"],
    }


def _request(request: Value, base_url: str) -> Value:
    body = {"postData": {"mimeType": _media(request["headers"]), "text": request["body"]}} if request["body"] else {}
    query = parse_qsl(urlsplit(request["path"]).query, keep_blank_values=True)
    return {
        "method": request["method"],
        "url": f"{base_url}{request['path']}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request["headers"]),
        "queryString": [{"name": name, "value": value} for name, value in query],
        **body,
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }


def _response(response: Value | None, trouble: str) -> dict[str, Any]:
    """Return a response; status 0 stands for none, as browsers write it, and `_error` says why."""
    status = response["status"] if response else 0
    headers = response["headers"] if response else []
    body = response["body"] if response else ""
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "content": {"size": len(body.encode()), "mimeType": _media(headers), "text": body},
        "redirectURL": next((value for name, value in headers if name.lower() == "location"), ""),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
        **({"_error": trouble} if trouble else {}),
    }


def _headers(headers: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _media(headers: list[list[str]]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")
