"""The report as one file of HTML, which needs no network, no script and no other file."""

from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from fleet_contract.contract_tests.process.printable import whole
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.reports.fixtures import what_if_wrong
from fleet_contract.contract_tests.reports.summary import by_reason, where_it_goes
from fleet_contract.contract_tests.reports.value import Value, texts_of
from fleet_contract.spec.dialect import NOT_APPLICABLE

# In pixels of the drawing of calls that overlapped.
_WIDTH, _ROW, _BAR, _LEAST = 900, 44, 14, 3
_NO_RANK = 99
_ORDER = ("failed", "waived", "advisory", "tolerated", "errored", "untested", "passed")


def to_html(value: Value) -> str:
    """Return a report as a page; `value` is what `reports.value` makes of it."""
    requirements = [{**each, "standing": each["pardon"] or each["verdict"]} for each in value["requirements"]]
    style = _file("report.css")
    without = [each for each in requirements if each["verdict"] in ("untested", "errored")]
    untested = by_reason((_reason(each), each["id"]) for each in without)
    return _template().render(
        report=value,
        style=style,
        # Whatever a server wrote, a browser runs no script of this page and fetches nothing for it.
        policy=f"default-src 'none'; style-src 'sha256-{_digest(style)}'; base-uri 'none'; form-action 'none'",
        sections=[(name, list(each)) for name, each in groupby(requirements, key=_section)],
        failures=sorted((each for each in requirements if each["failures"]), key=_rank),
        untested=untested,
        where=where_it_goes(untested),
        texts={each["id"]: each["text"] for each in without},
        exchanges={each["number"]: each for each in value["exchanges"]},
        dialect=[row for row in texts_of(value["dialect"]) if row[2] != NOT_APPLICABLE],
        order=_ORDER,
        bars=bars,
        moment=moment,
        left_behind=[whole(id) for made in ("fleets_created", "keys_created") for id in value["footprint"][made]],
        number_of=counted,
        what_if_wrong=what_if_wrong,
    )


def bars(operations: list[Value]) -> dict[str, Any]:
    """Return where the bars of overlapping calls are drawn, a row for each, by the milliseconds of their times."""
    ends = [each["end"] for each in operations if each["end"] is not None]
    last = max([*ends, *(each["start"] or 0.0 for each in operations), 0.001])
    scale = _WIDTH / last
    rows = []
    for number, each in enumerate(operations):
        start = (each["start"] or 0.0) * scale
        end = _WIDTH if each["end"] is None else each["end"] * scale
        rows.append({**each, "x": round(start, 1), "y": number * _ROW, "width": round(max(end - start, _LEAST), 1)})
    return {"width": _WIDTH, "height": len(rows) * _ROW, "row": _ROW, "bar": _BAR, "rows": rows}


def moment(date: str) -> str:
    """Return a moment as people write it, to the minute."""
    began = datetime.fromisoformat(date).astimezone(UTC)
    return f"{began.day} {began:%B %Y, %H:%M} UTC"


def _section(requirement: Value) -> str:
    id: str = requirement["id"]
    return id.partition(".")[0]


def _reason(requirement: Value) -> str:
    return f"{'errored: ' if requirement['verdict'] == 'errored' else ''}{requirement['message']}"


def _rank(requirement: Value) -> tuple[int, int]:
    standing = requirement["standing"]
    return (_ORDER.index(standing) if standing in _ORDER else _NO_RANK, -requirement["failures"])


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    page = "report.html.jinja"
    environment = Environment(
        loader=DictLoader({page: _file(page)}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(page)
