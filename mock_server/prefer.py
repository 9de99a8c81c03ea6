"""Prefer: a response that one request asks for (RFC 7240), as users of Prism know it: `Prefer: code=404`.

One that cannot be used is ignored, as the RFC says, and Mock-Hint says why.
"""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reason, to_bytes
from fleet_contract.mock_server.plan import Plan
from fleet_contract.mock_server.refusals import Refusal, rendered
from fleet_contract.spec.dialect import Dialect

HEADER = "prefer"
JSON_TYPES = ("application/json", "application/problem+json")
TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105
PREFERENCE = re.compile(
    rf'\s*(?P<name>{TOKEN})\s*(?:=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<value>{TOKEN}))?)?\s*(?P<rest>;[^,]*)?(?:,|$)'
)
ESCAPED = re.compile(r"\\(.)")


class Wanted(NamedTuple):
    """What a request prefers: the status of its response, and the name of an example."""

    code: str | None
    example: str | None

    @property
    def applied(self) -> str:
        """What Preference-Applied says where it is applied."""
        named = {"code": self.code, "example": self.example}
        return ", ".join(f"{name}={value}" for name, value in named.items() if value is not None)

    def is_among(self, names: Container[str]) -> bool:
        """Say whether there is an example of the wanted name, if any is wanted."""
        return self.example is None or self.example in names

    def of(self, examples: Mapping[str, Json]) -> Json:
        """Return the wanted one of some examples, the first where none is named."""
        return next(iter(examples.values()), None) if self.example is None else examples[self.example]


def preferences(call: Call) -> Mapping[str, str]:
    """Return the preferences of a call by name; of one that comes twice the first (RFC 7240, section 2)."""
    found: dict[str, str] = {}
    for name, value in read(",".join(value for name, value in call.headers if name == HEADER)):
        found.setdefault(name, value)
    return found


def read(text: str) -> Iterator[tuple[str, str]]:
    """Yield the preferences that a field lists, as far as it can be read."""
    place = 0
    while found := PREFERENCE.match(text, place):
        value = found["value"] if found["quoted"] is None else ESCAPED.sub(r"\1", found["quoted"])
        yield found["name"].lower(), value or ""
        place = found.end()
        if place >= len(text):
            return


def preferred(call: Call, plan: Plan, dialect: Dialect) -> tuple[Answer | None, str]:
    """Return the answer that a call prefers, or why it cannot be had; neither where it prefers none of ours."""
    chosen = preferences(call)
    wanted = Wanted(chosen.get("code"), chosen.get("example"))
    if wanted.code is None and wanted.example is None:
        return None, ""
    described = [(code, each) for code, each in plan.described.items() if wanted.code in (None, code)]
    if not described:
        listed = ", ".join(sorted(plan.described))
        return None, f"Prefer: code={shown(wanted.code)} is ignored: {plan.id} has the responses {listed}."
    fitting = ((code, names) for code, each in described if wanted.is_among(names := examples(each)))
    code, names = next(fitting, ("", {}))
    if code:
        return answer(int(code), wanted.of(names), wanted.applied, dialect), ""
    known = sorted({name for _, each in described for name in examples(each) if name})
    listed = f"there are {', '.join(known)}" if known else "it has none with a name"
    return None, f"Prefer: example={shown(wanted.example)} is ignored: of the examples of {plan.id} {listed}."


def examples(response: Mapping[str, Any]) -> dict[str, Json]:
    """Return the examples of a response by name; the only one of a response has none."""
    content = response.get("content", {})
    described: Mapping[str, Any] = next((content[each] for each in JSON_TYPES if each in content), {})
    found = {name: each["value"] for name, each in described.get("examples", {}).items()}
    return found or ({"": described["example"]} if "example" in described else {})


def answer(status: int, example: Json, applied: str, dialect: Dialect) -> Answer:
    """Return a documented response; a refusal as the dialect has it."""
    headers = {"preference-applied": applied, "vary": "Prefer"}
    why = f"Prefer: {applied} asked for this."
    if status // 100 == 2:
        reason = Reason(Kind.ON_DEMAND, why)
        if example is None:
            return Answer(status, headers, reason=reason)
        return Answer(status, {**headers, "content-type": "application/json"}, to_bytes(example), reason=reason)
    detail = example.get("detail", why) if isinstance(example, dict) else why
    refused = rendered(Refusal(Kind.ON_DEMAND, detail, headers), dialect, status)
    body = to_bytes(example) if example and dialect["error.body"] == "problem" else refused.body
    return Answer(status, refused.headers, body, Kind.ON_DEMAND, reason=Reason(Kind.ON_DEMAND, why))


def shown(text: str | None) -> str:
    """Return what a client sent as a header of ours may carry it."""
    return ascii(text or "")[1:-1][:40]
