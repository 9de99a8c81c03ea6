"""Which exchange is meant, in a few words for a sentence."""

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.process.printable import printable
from fleet_contract.contract_tests.target.masking import Masker


def named(exchange: Exchange, masker: Masker) -> str:
    """Return an exchange in a few words, for a sentence."""
    answered = f"answered {exchange.status}" if exchange.answer else "without a response"
    return f"{asked(exchange, masker)}, {answered}"


def asked(exchange: Exchange, masker: Masker) -> str:
    """Return what was asked for in a few words, for a sentence."""
    request = exchange.request
    return f"request {exchange.number}, {request.method} {printable(masker.text(request.path), 80)}"
