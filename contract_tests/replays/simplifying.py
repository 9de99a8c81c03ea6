"""Simplifying: the same requests with fewer unusual characters in their texts, to see which of them a failure needs."""

import json
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from fleet_contract.contract_tests.driving.api import segment
from fleet_contract.contract_tests.exchange import NotJson, Request, parse_json
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.judging.texts import texts_in
from fleet_contract.contract_tests.replays.steps import Step

_USUAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.")
_PLAIN = "x"


def unusual_characters(steps: Sequence[Step]) -> list[str]:
    """Return the characters beyond the usual in the texts that steps send, in order.

    None where a request is spelled in a way of its own, so that its texts cannot be changed and nothing else.
    """
    requests = [each.request for step in steps for each in step.exchanges]
    if any(step.is_at_once or step.is_list for step in steps) or any(
        _without(each, frozenset()) != each for each in requests
    ):
        return []
    texts = "".join(text for each in requests for text in _texts_of(each))
    return [each for each in dict.fromkeys(texts) if each not in _USUAL]


def without(steps: Sequence[Step], dropped: Set[str]) -> list[Step]:
    """Return steps whose texts have a plain letter in place of some characters, so that they are as long as before."""
    return [
        replace(
            step,
            lanes=tuple(
                tuple(replace(each, request=_without(each.request, dropped)) for each in lane) for lane in step.lanes
            ),
        )
        for step in steps
    ]


def named(character: str) -> str:
    """Return a character with its number and name, which tell it from what looks alike."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{f' {name}' if name else ''}"


def _without(request: Request, dropped: Set[str]) -> Request:
    path, mark, query = request.path.partition("?")
    path = "/".join(segment(_plain(unquote(part), dropped)) for part in path.split("/"))
    return replace(request, path=path + mark + query, body=_body_without(request.body, dropped))


def _body_without(body: bytes, dropped: Set[str]) -> bytes:
    try:
        return spell(_changed(parse_json(body), dropped)) if body else b""
    except NotJson:
        return b""  # which is another body, so that nothing is changed


def _changed(value: Any, dropped: Set[str]) -> Any:
    if isinstance(value, str):
        return _plain(value, dropped)
    if isinstance(value, dict):
        return {name: _changed(member, dropped) for name, member in value.items()}
    return [_changed(item, dropped) for item in value] if isinstance(value, list) else value


def _plain(text: str, dropped: Set[str]) -> str:
    return "".join(_PLAIN if each in dropped else each for each in text)


def _texts_of(request: Request) -> Iterator[str]:
    yield from map(unquote, request.path.partition("?")[0].split("/"))
    if request.body:
        yield from texts_in(json.loads(request.body))
