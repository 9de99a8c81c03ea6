"""Judging locations: the right one, and the prices of the right customer. Their shape is on no public page."""

import re
from collections.abc import Iterator
from typing import Any

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.findings import Findings, finding, shown
from fleet_contract.contract_tests.judging.known import Known, history_of, value_of

_ABOUT_PRICES = re.compile(r"price|pricing|tariff|cost|fee", re.IGNORECASE)
_CHANGING = re.compile(r"status|updated|time|date", re.IGNORECASE)


def judge_location(exchange: Exchange, known: Known) -> Findings:
    """Judge that an answer is about the location that was asked for."""
    sent = known.sent[exchange.number]
    value = value_of(exchange)
    if sent.operation != "get_location" or not exchange.succeeded or value is None:
        return
    is_it = isinstance(value, dict) and value.get("id", sent.path_id) == sent.path_id
    got = f"id {shown(value.get('id'))}" if isinstance(value, dict) else "no object"
    yield finding("prices.answer-is-the-location", is_it, (exchange.number,), f"id {shown(sent.path_id)}", got)


def judge_prices(known: Known) -> Findings:
    """Judge the default prices against each other, and a fleet's own against the default before them."""
    default: Exchange | None = None
    for exchange in history_of(known, "get_location"):
        if value_of(exchange) is None or known.sent[exchange.number].path_id != known.fixtures.location:
            continue
        fleet = known.sent[exchange.number].query.get("fleetId")
        if fleet is None:
            if default is not None:
                same = prices_of(value_of(default)) == prices_of(value_of(exchange))
                numbers = (exchange.number, default.number)
                yield finding("prices.default-stays", same, numbers, "the same prices as before", "others")
            default = exchange
        elif fleet == known.fixtures.priced_fleet and default is not None:
            differ = prices_of(value_of(default)) != prices_of(value_of(exchange))
            numbers = (exchange.number, default.number)
            yield finding("prices.fleet-has-its-own", differ, numbers, "other prices than the default", "the same")


def prices_of(value: Any) -> list[tuple[str, Any]]:
    """Return all that a location says about prices, or all that lasts where no member is named so."""
    leaves = list(_leaves(value, ""))
    about_prices = [leaf for leaf in leaves if _ABOUT_PRICES.search(leaf[0])]
    return about_prices or [leaf for leaf in leaves if not _CHANGING.search(leaf[0])]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, f"{path}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}/{index}")
    else:
        yield path, value
