"""Exchanges as plain values for reports: headers, bodies and times, without any secret that they hold."""

from collections.abc import Iterable
from typing import Any

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, Request
from fleet_contract.contract_tests.process.printable import printable_lines
from fleet_contract.contract_tests.reports.bodies import answered_body, sent_body
from fleet_contract.contract_tests.reports.headers import answered_header, masked_header, response_id
from fleet_contract.contract_tests.target.masking import MASK, Masker

LONGEST = 16_384  # characters of a body


def exchange_value(exchange: Exchange, begun: float, masker: Masker) -> dict[str, Any]:
    """Return an exchange; `begun` is when the run began, by the clock of its exchanges."""
    answer = exchange.answer
    return {
        "number": exchange.number,
        "check": exchange.check,
        "at": round(exchange.started - begun, 4),
        "milliseconds": round((exchange.ended - exchange.started) * 1000, 1),
        "caller": exchange.request.caller.value,
        "request": _request(exchange.request, masker),
        "response": _response(exchange, answer, masker) if answer else None,
        "trouble": masker.text(exchange.trouble),
        "response_id": masker.text(response_id(answer)) if answer else "",
    }


def in_text(exchange: dict[str, Any]) -> str:
    """Return an exchange as people read HTTP, from what `exchange_value` makes of it."""
    request, response = exchange["request"], exchange["response"]
    sent = _message(f"#{exchange['number']} {request['method']} {request['path']}", request)
    if response is None:
        return f"{sent}\nno response: {exchange['trouble']}\n"
    answered = _message(f"{response['status']} in {exchange['milliseconds']} ms", response)
    return f"{sent}\n{answered}\n"


def _message(first: str, message: dict[str, Any]) -> str:
    headers = "".join(f"\n{name}: {value}" for name, value in message["headers"])
    return f"{first}{headers}" + (f"\n\n{message['body']}\n" if message["body"] else "\n")


def _request(request: Request, masker: Masker) -> dict[str, Any]:
    key = [[request.key_header, MASK]] if request.caller not in (Caller.NOBODY, Caller.EMPTY) else []
    return {
        "method": request.method,
        "path": printable_lines(masker.text(request.path)),
        "headers": [*_headers((name, masked_header(name, value, masker)) for name, value in request.headers), *key],
        "body": _cut(_shown(sent_body(request, masker))),
    }


def _response(exchange: Exchange, answer: Answer, masker: Masker) -> dict[str, Any]:
    request = exchange.request
    shown = ((name, answered_header(request, answer, name, value, masker)) for name, value in answer.headers)
    return {
        "status": answer.status,
        "headers": _headers(shown),
        "body": _cut(_shown(answered_body(request, answer, masker))),
    }


def _headers(masked: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[name, printable_lines(value)] for name, value in masked]


def _shown(text: str) -> str:
    """Return a text with the bytes escaped that are no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _cut(text: str) -> str:
    shown = printable_lines(text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}… ({len(text)} characters)"
