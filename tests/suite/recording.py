"""Recordings: what was sent to a server and answered, as plain data, with what a run came to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from fleet_contract.contract_tests.driving.untested import Reason, SkipReason
from fleet_contract.contract_tests.exchange import Answer, Caller, Cause, Exchange, Request
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import CheckResult
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.target import Fixtures


@dataclass(frozen=True)
class Recording:
    """One run: its history, what the target file said, which checks ran, and the verdicts and dialect it came to."""

    name: str
    mark: str
    fixtures: Fixtures
    held: Mapping[str, str]
    history: Sequence[Exchange]
    ran: Sequence[CheckResult]
    verdicts: Mapping[str, str]
    dialect: Mapping[str, str]

    @classmethod
    def of(cls, report: Report, name: str = "") -> "Recording":
        target = report.settings.target
        return cls(
            name=name,
            mark=report.mark,
            fixtures=target.fixtures,
            held=target.dialect,
            history=sorted(report.history.exchanges, key=lambda each: each.number),
            ran=report.ran,
            verdicts={each.requirement.id: each.verdict.value for each in report.results},
            dialect=dict(report.dialect),
        )

    def to_json(self) -> str:
        return json.dumps(
            {
                "name": self.name,
                "mark": self.mark,
                "fixtures": asdict(self.fixtures),
                "held": dict(self.held),
                "history": [_plain(each) for each in self.history],
                "ran": [asdict(each) for each in self.ran],
                "verdicts": dict(self.verdicts),
                "dialect": dict(self.dialect),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Recording":
        value = json.loads(text)
        codes = {name: tuple(each) for name, each in value["fixtures"].items() if isinstance(each, list)}
        return cls(
            **{
                **value,
                "fixtures": Fixtures(**{**value["fixtures"], **codes}),
                "history": [_exchange(each) for each in value["history"]],
                "ran": [_ran(each) for each in value["ran"]],
            }
        )


def _plain(exchange: Exchange) -> dict[str, Any]:
    request = {**vars(exchange.request), "body": exchange.request.body.decode("latin-1")}
    answers = {name: _plain_answer(getattr(exchange, name)) for name in ("answer", "foreign")}
    members = {field.name: getattr(exchange, field.name) for field in fields(exchange)}
    return {**members, "request": {field.name: request[field.name] for field in fields(exchange.request)}, **answers}


def _plain_answer(answer: Answer | None) -> list[Any] | None:
    return [answer.status, answer.headers, answer.body.decode("latin-1"), answer.is_http_1_0] if answer else None


def _exchange(value: dict[str, Any]) -> Exchange:
    sent = value["request"]
    read = {
        "caller": Caller(sent["caller"]),
        "headers": _pairs(sent["headers"]),
        "body": sent["body"].encode("latin-1"),
    }
    answers = {name: _answer(value[name]) for name in ("answer", "foreign")}
    cause = Cause(value["cause"]) if value["cause"] else None
    return Exchange(**{**value, "request": Request(**{**sent, **read}), "cause": cause, **answers})


def _answer(value: list[Any] | None) -> Answer | None:
    if value is None:
        return None
    status, headers, body, is_http_1_0 = value
    return Answer(status, _pairs(headers), body.encode("latin-1"), is_http_1_0=is_http_1_0)


def _pairs(headers: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers)


def _ran(value: dict[str, Any]) -> CheckResult:
    return CheckResult(**{**value, "reaches": tuple(value["reaches"]), "why": _reason(value["why"])})


def _reason(value: dict[str, Any] | None) -> Reason | None:
    if value is None:
        return None
    depth = None if value["depth"] is None else Depth(value["depth"])
    call = value["call"] and tuple(value["call"])
    return Reason(
        **{**value, "kind": SkipReason(value["kind"]), "depth": depth, "entries": tuple(value["entries"]), "call": call}
    )
