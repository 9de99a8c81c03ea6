"""What was sent and what was answered, each on one line. Secrets stay out."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller, Exchange, Request
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import History
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.reports.bodies import answered_body, sent_body
from fleet_contract.contract_tests.reports.headers import masked_header
from fleet_contract.contract_tests.target.masking import Masker

_SHOWN = 400  # characters of a body
_USUAL = ("content-type", "application/json")  # the header that goes without saying, where there is a body
_BLANKS = re.compile(r'("(?:[^"\\]|\\.)*")|\s+', re.DOTALL)  # between the tokens of JSON
_BYTE = re.compile(r"\\udc([89a-f][0-9a-f])")  # how a byte reads that is no UTF-8
_KEYS = {
    Caller.OTHER: "the other organization's key",
    Caller.NOBODY: "no key",
    Caller.STRANGER: "a key that nobody was given",
    Caller.EMPTY: "an empty key",
    Caller.SOMEBODY: "a key of which nothing is known",
}


def request_line(exchange: Exchange, masker: Masker) -> str:
    """Return what was sent, on one line: with whose key if not the owner's, and with the headers that are not usual."""
    request = exchange.request
    notes, path = "; ".join(_notes(request, masker)), _cut(masker.text(request.path))
    parts = (request.method, path, f"[{notes}]" if notes else "", _cut(sent_body(request, masker)))
    return " ".join(filter(None, parts))


def _notes(request: Request, masker: Masker) -> Iterator[str]:
    if request.near_key:
        yield f"a key like the owner's, {request.near_key.replace('-', ' ')}"
    elif request.caller in _KEYS:
        yield _KEYS[request.caller]
    if request.key_header != KEY_HEADER:
        yield f"the key in {request.key_header}"
    for name, value in request.headers:
        if not request.body or (name.lower(), value) != _USUAL:
            yield f"{name}: {_cut(masked_header(name, value, masker))}".rstrip()
    if request.body and request.header(_USUAL[0]) is None:
        yield "no Content-Type"


def answer_line(exchange: Exchange, masker: Masker) -> str:
    """Return what was answered, on one line, with invitation codes and key identifiers masked."""
    answer = exchange.answer
    if answer is None:
        return f"no answer: {masker.text(exchange.trouble)}"
    media, body = answer.header("content-type"), answered_body(exchange.request, answer, masker)
    body = _cut(_BLANKS.sub(lambda found: found[1] or " ", body) if answer.is_json else body)
    return f"{answer.status}{f' {_cut(masker.text(media))}' if media else ''} {body}".rstrip()


def grouped(failures: Iterable[Finding], history: History, masker: Masker) -> str:
    """Return how many failures there are of each operation with each status, the most frequent first."""
    by_number = {each.number: each for each in history.exchanges}
    shown = (by_number[max(each.exchanges)] for each in failures)
    counted = Counter(f"{_operation(each, history, masker)} answered {each.status or 'nothing'}" for each in shown)
    return ", ".join(f"{what}{f' ({times} times)' if times > 1 else ''}" for what, times in counted.most_common())


def _operation(exchange: Exchange, history: History, masker: Masker) -> str:
    request = exchange.request
    return history.parsed(exchange).operation or f"{request.method} {printable(masker.text(request.path), 60)}"


def _cut(text: str) -> str:
    """Return a text fit to be shown; its length is its own, and a byte that is no text is shown as one."""
    return _BYTE.sub(r"\\x\1", printable(text, _SHOWN))
