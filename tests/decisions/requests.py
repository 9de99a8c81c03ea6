"""The requests of the corpus: valid, invalid and oddly encoded ones, drawn once and kept.

`python -m tests.decisions.requests` draws them anew, the same ones from the same version of Hypothesis.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).with_name("corpus.json.gz")
MOST = 14_000
SEED = 16
IDS = ("acme-corp-001", "codeless-001", "foreign-001", "nobody", "Süd & Söhne/1", "..", "a b", "x" * 100, "x" * 101)
LIMITS = (0, 1, 99, 100, 101, 300)
CHARACTERS = ("x", "ä", "漢", "😀", "é", "\u200d", " ", "\x00", "\ud800", '"', "/")


class Request(NamedTuple):
    """A request as the wire carries it: `target` is the raw path with its query, headers are without a length."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def texts() -> st.SearchStrategy[str]:
    """Draw texts: short ones, ids that exist, and ones around the limits in many kinds of character."""
    repeated = st.builds(
        lambda character, length: character * length, st.sampled_from(CHARACTERS), st.sampled_from(LIMITS)
    )
    return st.one_of(st.sampled_from(IDS), st.text(max_size=8), repeated)


def values() -> st.SearchStrategy[Any]:
    """Draw JSON values, texts more than others."""
    scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=True), texts())
    nested = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    return st.one_of(texts(), nested)


MEMBERS = {
    "/emp/v1/fleets": ("fleetId", "fleetName"),
    "/rename": ("newName",),
    "/emp/v1/charging-keys": ("keyIdentifier", "visualNumber", "contractId", "fleetId", "enabled"),
}


@st.composite
def bodies(draw: st.DrawFn, names: tuple[str, ...]) -> bytes:
    """Draw a body: an object with these members or some of them, another value, or bytes that are no JSON."""
    shape = draw(st.sampled_from(("whole", "whole", "part", "more", "value", "broken", "encoded", "bytes")))
    plain = {name: draw(texts()) for name in names}
    if shape == "part":
        plain = {name: draw(values()) for name in draw(st.lists(st.sampled_from(names), unique=True))}
    if shape == "more":
        plain |= {draw(st.text(max_size=6)): draw(values())}
    value = draw(values()) if shape == "value" else plain
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from((None, None, 1))))
    if shape == "broken":
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(
            st.sampled_from(("", ",", "}", "'", "//", "NaN", "\n", "\ufeff", "01", "+1", "\\u12"))
        )
    if shape == "encoded":
        return text.encode(draw(st.sampled_from(("utf-16", "utf-32-le", "latin-1", "utf-8-sig"))), "replace")
    return draw(st.binary(max_size=20)) if shape == "bytes" else text.encode("utf-8", "surrogatepass")


@st.composite
def segments(draw: st.DrawFn) -> str:
    """Draw an id as a segment of a path, encoded as it should be, more than it need be, or wrongly."""
    id = draw(texts()).encode("utf-8", "surrogatepass")
    how = draw(st.sampled_from(("plain", "plain", "all", "lower", "raw")))
    if how == "all":
        return "".join(f"%{byte:02X}" for byte in id)
    encoded = quote(id, safe="")
    return {
        "plain": encoded,
        "lower": encoded.lower(),
        "raw": draw(st.sampled_from(("%FF", "%zz", "%", "", "a/b", "a//b", "..", ".", "a;b", "a%2Fb", "%00", "a+b"))),
    }[how]


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Draw a query: parameters of the list, others, repeated ones, and sizes that are none."""
    sizes = (
        "10",
        "100",
        "500",
        "9",
        "501",
        "0",
        "-1",
        "1_0",
        "+10",
        " 10",
        "010",
        "10.0",
        "1e2",
        "",
        "x",
        "\u0661\u0660",
        "9" * 30,
    )
    pairs = draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("page_size"), st.sampled_from(sizes)),
                st.tuples(st.just("fleetId"), texts().map(lambda text: text.encode("utf-8", "replace").decode())),
                st.tuples(st.just("cursor"), st.sampled_from(("", "x", "YWZ0ZXI6MA", "YWZ0ZXI6MTA", "a=b"))),
                st.tuples(st.sampled_from(("fleetid", "limit", "page_size[]")), st.text("ab1", max_size=3)),
            ),
            max_size=3,
        )
    )
    return "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs)


OPERATIONS = (
    ("/emp/v1/fleets", "POST"),
    ("/emp/v1/fleets/{}/rename", "PUT"),
    ("/emp/v1/fleets/{}/invitation", "GET"),
    ("/emp/v1/charging-keys", "POST"),
    ("/emp/v1/charging-keys", "GET"),
    ("/v1/locations/{}", "GET"),
)
METHODS = ("PUT", "DELETE", "PATCH", "POST")
ENDS = ("/", "x", "/..", "%20", "//")
KEYS = ("other-key", "wrong", "", None)
MEDIA_TYPES = (
    "text/plain",
    "application/xml",
    "application/problem+json",
    "Application/JSON; charset=utf-8",
    "",
    ";",
    None,
)
ODD = st.integers(0, 11).map(lambda number: number == 0)
Value = TypeVar("Value")


def mostly(draw: st.DrawFn, usual: Value, others: Sequence[Value]) -> Value:
    """Draw what is usual, and once in a while one of the others."""
    return draw(st.sampled_from(others)) if draw(ODD) else usual


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Draw a request: an operation as it should be or with one or several things wrong about it."""
    path, method = draw(st.sampled_from(OPERATIONS))
    names = next(names for end, names in MEMBERS.items() if path.endswith(end)) if method in ("POST", "PUT") else ()
    method = mostly(draw, method, METHODS)
    path += mostly(draw, "", ENDS)
    query = draw(queries()) if not names or draw(ODD) else ""
    key = mostly(draw, "demo-key", KEYS)
    body = draw(bodies(names)) if names else b""
    media_type = mostly(draw, "application/json", MEDIA_TYPES)
    headers = {"x-api-key": key, "content-type": media_type if names else None}
    target = path.replace("{}", draw(segments())) + (f"?{query}" if query else "")
    return Request(method, target, tuple((name, value) for name, value in headers.items() if value is not None), body)


def draw_all() -> list[Request]:
    """Return the requests that the seed gives, each once."""
    found: dict[Request, None] = {}

    @seed(SEED)
    @settings(
        max_examples=MOST,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def keep(request: Request) -> None:
        found.setdefault(request)

    keep()
    return list(found)


def write(requests: list[Request]) -> None:
    rows = [[each.method, each.target, each.headers, each.body.decode("latin-1")] for each in requests]
    text = "\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    CORPUS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def recorded() -> Iterator[Request]:
    """Yield the requests of the corpus, in order."""
    for line in gzip.decompress(CORPUS.read_bytes()).decode().splitlines():
        method, target, headers, body = json.loads(line)
        yield Request(method, target, tuple((name, value) for name, value in headers), body.encode("latin-1"))


if __name__ == "__main__":
    write(draw_all())
