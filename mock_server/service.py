"""The steps of a call, in order, each once: route, tenant, demands, parse, validate, handle, check the value, render.

Layers may stand around all that: each is given the service and what lies within, and decides what is answered instead.
A service is that of one world: `wire.py` has found it before, and notes in the journal what it answered.
"""

import gzip
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import count
from urllib.parse import parse_qsl

from fleet_contract.mock_server import prefer
from fleet_contract.mock_server.bodies import Incoming, read_body
from fleet_contract.mock_server.codings import unpacked
from fleet_contract.mock_server.hints import HINTS, hint_of
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import NOTHING, Answer, Call, Reply, to_bytes
from fleet_contract.mock_server.on_demand import met
from fleet_contract.mock_server.origins import VARYING, varying
from fleet_contract.mock_server.parts import Mock, Proceed
from fleet_contract.mock_server.plan import Parameter, Plan
from fleet_contract.mock_server.refusals import Refusal, refusal_of, rendered
from fleet_contract.mock_server.rules_in_force import Rules
from fleet_contract.mock_server.schemas import body_refusal
from fleet_contract.mock_server.store import OtherTerms

INTERVAL_OF_REFUSALS = 97
MOST_PARAMETERS = 100
MEDIA_TYPES = {"none": "application/json", "utf-8": "application/json; charset=utf-8"}


class BrokenResponse(Exception):
    """A handler's reply is not as the document says: the mock's own mistake."""


class Service:
    """Answers the calls of all operations by their plans."""

    def __init__(self, mock: Mock, plans: Mapping[str, Plan]) -> None:
        self.mock = mock
        self.rules: Rules | None = None
        self._numbers = count(1)
        self.begin(plans)

    def begin(self, plans: Mapping[str, Plan]) -> None:
        """Work out what calls need of the mock as it is now; what misbehaves begins anew."""
        mock = self.mock
        self.dialect = mock.dialect
        self.plans = plans
        self._headers = {"content-type": MEDIA_TYPES[mock.dialect["answer.charset"]], **VARYING}
        self._decide: Proceed = self.decide
        for layer in (*mock.parts.layers, *mock.parts.misbehaving):
            self._decide = layer(self, self._decide)

    async def answer(self, call: Call, incoming: Incoming) -> Answer:
        """Return what a call is answered, a refusal included; raises nothing but OtherTerms."""
        is_meddled_with = bool(self.rules or self.mock.parts.misbehaving)
        answer = await self._decide(call, incoming)
        if is_meddled_with and not incoming.is_read:
            await self.keep_body(call, incoming)
        return self.finish(call, answer)

    async def keep_body(self, call: Call, incoming: Incoming) -> None:
        """Read a body that its response did not need, for the journal; one that cannot be read is left."""
        with suppress(Refusal):
            call.raw_body = await self.body_of(call, incoming)

    async def body_of(self, call: Call, incoming: Incoming) -> bytes:
        """Return a body without its content codings; raises Refusal."""
        most = self.mock.parts.body_limit
        return unpacked(call, await incoming.whole(call.header("content-length"), most), most)

    async def decide(self, call: Call, incoming: Incoming) -> Answer:
        """Return what a call is answered before it is made ready to be sent; raises OtherTerms."""
        try:
            self.limit_the_rate()
            plan = self.plan_of(call)
            if self.rules or call.header(prefer.HEADER) is not None:
                return await self.demanded(call, plan, incoming)
            await self.parse(call, plan, incoming)
            return self.render(await plan.handler(self.mock, call), plan)
        except OtherTerms:
            raise
        except Exception as wrong:  # noqa: BLE001  (whatever it was, the caller gets an answer)
            return await self.refused(wrong, call)

    async def demanded(self, call: Call, plan: Plan, incoming: Incoming) -> Answer:
        """Return what a call is answered that may have something to meet; raises what the store raises."""
        answer, ignored = prefer.preferred(call, plan, self.dialect)
        if answer is not None:
            return answer
        carry_out = partial(self.carried_out, call, plan, incoming)
        if call.demand is None and self.rules:  # A call that begins anew has met its rules.
            call.demand = await self.rules.demand(call, self.mock.store)
        demand = call.demand
        answer = await met(demand, carry_out, self.dialect) if demand and demand.numbers else await carry_out()
        if not ignored:
            return answer
        hints = " ".join(filter(None, [ignored, answer.headers.get("mock-hint")]))
        return answer.with_headers({**answer.headers, "mock-hint": hints})

    async def carried_out(self, call: Call, plan: Plan, incoming: Incoming) -> Answer:
        """Return what a call is answered that meets nothing; raises OtherTerms."""
        try:
            await self.parse(call, plan, incoming)
            return self.render(await plan.handler(self.mock, call), plan)
        except OtherTerms:
            raise
        except Exception as wrong:  # noqa: BLE001  (likewise)
            return await self.refused(wrong, call)

    async def refused(self, wrong: Exception, call: Call) -> Answer:
        """Return how a call is refused, with what a developer may want to know beside that."""
        refusal = refusal_of(wrong, call.operation_id)
        if refusal.reason.kind in HINTS:
            hint = await hint_of(refusal.reason.kind, call, self.mock.store, self.dialect)
            if hint:
                refusal.headers["mock-hint"] = hint
        return rendered(refusal, self.dialect, more=VARYING)

    def limit_the_rate(self) -> None:
        """Refuse one request in many, where the dialect does."""
        limit = self.dialect["rate.limit"]
        if limit != "unseen" and next(self._numbers) % INTERVAL_OF_REFUSALS == 0:
            headers = {"retry-after": "1"} if limit == "retry-after" else {}
            raise Refusal(Kind.TOO_MANY, "Too many requests; try again in a second.", headers)

    def plan_of(self, call: Call) -> Plan:
        """Return the plan of the operation that a call means; raises Refusal, for its key before its path."""
        misrouted = None
        try:
            self.mock.routes.match(call, self.dialect)
        except Refusal as refusal:
            misrouted = refusal
        call.tenant = self.mock.access.tenant(call)
        if misrouted or call.operation_id is None:
            raise misrouted or Refusal(Kind.UNKNOWN_PATH, "No operation has this path.")
        return self.plans[call.operation_id]

    async def parse(self, call: Call, plan: Plan, incoming: Incoming) -> None:
        """Read and validate the parameters and the body of a call; raises Refusal."""
        if plan.body is not None:
            call.raw_body = await self.body_of(call, incoming)
        for hook in plan.hooks:
            await hook(self.mock, call)
        if plan.body is not None:
            call.body = read_body(call, self.dialect)
        if call.raw_query and plan.parameters:
            call.query = query(call, plan.parameters)
        if plan.body is not None and not plan.body.fits(call.body):
            raise body_refusal(plan.body.errors(call.body))

    def render(self, reply: Reply, plan: Plan) -> Answer:
        """Return a handler's reply as it is sent; raises BrokenResponse where the document does not allow it."""
        if reply.body is NOTHING:
            return Answer(reply.status, {})
        schema = plan.responses.get(reply.status)
        if schema is not None and not schema.fits(reply.body):
            raise BrokenResponse(f"The {reply.status} response of {plan.id} does not match the document.")
        return Answer(reply.status, self._headers, to_bytes(reply.body))

    def finish(self, call: Call, answer: Answer) -> Answer:
        """Return an answer as the dialect wants it sent."""
        if self.dialect["answer.compression"] != "gzip":
            return answer
        headers = {**answer.headers, "vary": varying(answer.headers.get("vary", ""), "Accept-Encoding")}
        if not answer.body or not accepts_gzip(call):
            return answer.with_headers(headers)
        headers["content-encoding"] = "gzip"
        return replace(answer, headers=headers, body=gzip.compress(answer.body, mtime=0))


def query(call: Call, parameters: Mapping[str, Parameter]) -> dict[str, object]:
    """Return the values of the parameters that an operation has, of one that comes twice the last; raises Refusal."""
    if call.raw_query.count(b"&") >= MOST_PARAMETERS:
        raise Refusal(Kind.BAD_PARAMETER, f"The query has more than {MOST_PARAMETERS} parameters.")
    try:
        texts = dict(parse_qsl(call.raw_query.decode("latin-1"), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise Refusal(Kind.BAD_PARAMETER, "The query is not UTF-8.") from None
    return {name: parameter.read(texts[name]) for name, parameter in parameters.items() if name in texts}


def accepts_gzip(call: Call) -> bool:
    """Say whether the caller takes gzip; `*` stands for it where it is not named (RFC 9110, section 12.5.3)."""
    codings = ",".join(value for name, value in call.headers if name == "accept-encoding").lower().replace(" ", "")
    weights = {coding: weight for coding, _, weight in (each.partition(";") for each in codings.split(","))}
    weight = next((weights[name] for name in ("gzip", "x-gzip", "*") if name in weights), "q=0")
    return weight.rstrip("0.") != "q="
