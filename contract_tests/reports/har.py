"""All exchanges of a run as an HTTP archive (HAR 1.2), which browsers and proxies read; secrets are masked."""

import json
from datetime import timedelta
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange
from fleet_contract.contract_tests.process.printable import printable_json
from fleet_contract.contract_tests.reports.bodies import answered_body, is_replaced, sent_body
from fleet_contract.contract_tests.reports.redacted import LONGEST, exchange_value
from fleet_contract.contract_tests.reports.value import Value, begun_at
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.spec.phrases import PHRASES

_UNKNOWN = -1


def to_har(report: Report) -> str:
    """Return every exchange of a run, with its check and number in members of our own, which begin with `_`."""
    writer = _Writer(report)
    creator = {"name": "fleet-contract", "version": version("fleet-contract")}
    entries = [writer.entry(each) for each in report.history.exchanges]
    archive = {"log": {"version": "1.2", "creator": creator, "entries": entries}}
    return printable_json(json.dumps(archive, indent=1, ensure_ascii=False)) + "\n"


class _Writer:
    """Writes the bodies as they were, but for secrets: of a text that JSON can hold nothing needs to be escaped."""

    def __init__(self, report: Report) -> None:
        self._report, self._begun = report, begun_at(report)

    def entry(self, exchange: Exchange) -> Value:
        masker = self._report.masker
        value = exchange_value(exchange, self._begun, masker)
        started = self._report.began + timedelta(seconds=exchange.started - self._begun)
        time = round((exchange.ended - exchange.started) * 1000, 3)
        return {
            "startedDateTime": started.isoformat(timespec="microseconds"),
            "time": time,
            "request": self._request(exchange, value["request"], masker),
            "response": self._response(exchange, value["response"], masker),
            "cache": {},
            "timings": {"send": 0, "wait": time, "receive": 0},
            "_number": value["number"],
            "_check": value["check"],
            # Whose key was recorded is only supposed.
            **({} if self._report.recorded else {"_caller": value["caller"]}),
        }

    def _request(self, exchange: Exchange, shown: Value, masker: Masker) -> Value:
        body = exchange.request.body
        text = _held(sent_body(exchange.request, masker))
        query = parse_qsl(shown["path"].partition("?")[2], keep_blank_values=True)
        return {
            "method": shown["method"],
            "url": f"{self._report.settings.target.base_url}{shown['path']}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(self._with_pseudonyms(exchange, shown["headers"])),
            "queryString": [{"name": name, "value": value} for name, value in query],
            **({"postData": {"mimeType": _media(shown["headers"]), **text}} if body else {}),
            "headersSize": _UNKNOWN,
            "bodySize": len(body),
        }

    def _with_pseudonyms(self, exchange: Exchange, headers: list[list[str]]) -> list[list[str]]:
        """Return the headers of a request, of which recorded ones show which had the same key."""
        request = exchange.request
        if not self._report.recorded or request.caller not in (Caller.OWNER, Caller.OTHER):
            return headers
        return [[name, f"key-of-{request.caller}" if name == request.key_header else value] for name, value in headers]

    def _response(self, exchange: Exchange, shown: Value | None, masker: Masker) -> dict[str, Any]:
        """Return a response; status 0 stands for none, as browsers write it, and `_error` says why."""
        answer = exchange.answer
        status = answer.status if answer else 0
        headers = shown["headers"] if shown else []
        return {
            "status": status,
            "statusText": PHRASES.get(status, ""),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(headers),
            "content": {**self._content(exchange, answer, masker), "mimeType": _media(headers)},
            "redirectURL": next((value for name, value in headers if name.lower() == "location"), ""),
            "headersSize": _UNKNOWN,
            "bodySize": _UNKNOWN,
            **({"_error": masker.text(exchange.trouble)} if exchange.trouble else {}),
        }

    def _content(self, exchange: Exchange, answer: Answer | None, masker: Masker) -> Value:
        if answer is None:
            return {"size": 0, "text": ""}
        text = _held(answered_body(exchange.request, answer, masker))
        if not answer.whole:
            return {"size": _UNKNOWN}
        size = len(text["text"].encode()) if "text" in text else len(answer.body)
        return {"size": size, **text, **({"_altered": True} if is_replaced(exchange.request, answer) else {})}


def _held(text: str) -> Value:
    """Return a text as JSON can hold it, and whether it is still what was there; nothing of one that is too long."""
    if len(text) > LONGEST:
        return {"comment": f"{len(text)} characters are left out"}
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return {"text": plain, **({"_altered": True} if plain != text else {})}


def _headers(headers: list[list[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _media(headers: list[list[str]]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")
