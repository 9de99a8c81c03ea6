"""HAR: exchanges in the form that browsers and test tools read (HTTP Archive 1.2), without a secret."""

import base64
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from fleet_contract.mock_server.clock import moment
from fleet_contract.mock_server.journal import Entry
from fleet_contract.mock_server.pseudonyms import Masking
from fleet_contract.spec.phrases import PHRASES

Json = Any


def as_har(entries: list[Entry], masking: Masking, scheme: str, base_path: str) -> Json:
    """Return exchanges as an HTTP Archive."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "fleet-mock", "version": version("fleet-contract")},
            "entries": [_entry(entry, masking, scheme, base_path) for entry in entries],
        }
    }


def _entry(entry: Entry, masking: Masking, scheme: str, base_path: str) -> Json:
    taken, safe = round(entry.seconds * 1000, 3), masking.entry(entry)
    return {
        "startedDateTime": moment(entry.at),
        "time": taken,
        "request": _request(safe, len(entry.call.raw_body), scheme, base_path),
        "response": _response(safe, len(entry.answer.body)),
        "cache": {},
        "timings": {"send": 0, "wait": taken, "receive": 0},
        "_replica": entry.replica,
        "_world": entry.call.world,
        "_operation": entry.call.operation_id,
        "_reason": entry.answer.reason.kind.value if entry.answer.reason else None,
    }


def _request(entry: Entry, size: int, scheme: str, base_path: str) -> Json:
    call = entry.call
    query, host = call.raw_query.decode("latin-1"), call.header("host") or "localhost"
    request = {
        "method": call.method,
        "url": f"{scheme}://{host}{base_path}{call.raw_path}{'?' + query if query else ''}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in call.headers],
        "queryString": [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)],
        "headersSize": -1,
        "bodySize": size,
    }
    if call.raw_body:
        text = call.raw_body.decode("utf-8", "replace")
        request["postData"] = {"mimeType": call.header("content-type") or "", "text": text}
    return request


def _response(entry: Entry, size: int) -> Json:
    answer = entry.answer
    return {
        "status": answer.status,
        "statusText": PHRASES.get(answer.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in answer.headers.items()],
        "content": _content(answer.body, answer.headers.get("content-type", "")),
        "redirectURL": answer.headers.get("location", ""),
        "headersSize": -1,
        "bodySize": size,
    }


def _content(body: bytes, media_type: str) -> Json:
    content: dict[str, Json] = {"size": len(body), "mimeType": media_type}
    try:
        return {**content, "text": body.decode()}
    except UnicodeDecodeError:
        return {**content, "text": base64.b64encode(body).decode(), "encoding": "base64"}
