"""The exchanges with one API that an archive holds; what is not of it, or was not recorded whole, is left out."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from fleet_contract.contract_tests.exchange import Exchange
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.recorded.archives import Archive, Entry
from fleet_contract.contract_tests.recorded.callers import callers, is_the_targets
from fleet_contract.contract_tests.recorded.reading import Reader, is_of_an_operation, secrets_of
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import API, PORTS, Fixtures, Target


@dataclass(frozen=True)
class Traffic:
    """What is judged of an archive: the exchanges in the order in which they began, and what was left out, in words.

    `masker` knows the keys in it.
    """

    base_url: str
    exchanges: Sequence[Exchange]
    left_out: Sequence[str]
    facts: Facts
    masker: Masker


def base_url_of(entries: Iterable[Entry]) -> str:
    """Return the base URL to which most requests of this API went, empty where none did."""
    found = Counter(base for each in entries if (base := _base_of(each.url)))
    return found.most_common(1)[0][0] if found else ""


def _base_of(url: str) -> str:
    """Return what stands before the path of an operation in a URL, empty where no operation has such a path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    before, mark, after = parts.path.partition(f"{API}/")
    is_known = bool(mark) and parts.scheme in PORTS and is_of_an_operation(f"{mark}{after}", Fixtures())
    return f"{parts.scheme}://{parts.netloc}{before}" if is_known else ""


def traffic_of(archive: Archive, base_url: str, target: Target | None = None) -> Traffic:
    """Return what can be judged of an archive, as traffic with the server of a base URL."""
    entries = sorted(archive.entries, key=lambda each: each.started)
    # Where nobody can tell whose key it was, nobody can tell whose the fleets of a target file are.
    whole = target.fixtures if target else Fixtures()
    fixtures = whole if is_the_targets(entries, target) else Fixtures(location=whole.location)
    fixtures = replace(fixtures, location_path=whole.location_path)
    paths = [_path_below(base_url, each.url) for each in entries]
    moments = (moment for each in entries for moment in (each.started, each.ended) if math.isfinite(moment))
    latest = max(moments, default=0.0) + 1.0
    masker = Masker(secrets_of(target, entries))
    reader = Reader(callers(entries, target), fixtures, masker, latest)
    reasons = [reader.left_out(each, path) for each, path in zip(entries, paths, strict=True)]
    counted = Counter([*filter(None, reasons), *["which could not be read as entries"] * archive.unreadable])
    return Traffic(
        base_url,
        [
            reader.exchange(number, each, path)
            for number, (each, path, why) in enumerate(zip(entries, paths, reasons, strict=True), 1)
            if not why
        ],
        [f"{count} of {len(entries) + archive.unreadable} requests, {why}" for why, count in counted.items()],
        Facts(fixtures, held=target.dialect if target else {}, recorded=True),
        masker,
    )


def _path_below(base_url: str, url: str) -> str:
    """Return the path of a URL below a base URL, query included; empty where it is of another server."""
    try:
        base, parts = urlsplit(base_url), urlsplit(url)
        is_there = (base.scheme, base.hostname, _port(base)) == (parts.scheme, parts.hostname, _port(parts))
    except ValueError:
        return ""
    if not is_there or not parts.path.startswith(f"{base.path}/"):
        return ""
    return parts.path.removeprefix(base.path) + (f"?{parts.query}" if parts.query else "")


def _port(url: SplitResult) -> int | None:
    return url.port or PORTS.get(url.scheme)
