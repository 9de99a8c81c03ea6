"""Each hostile server against a whole run: it ends in time and in bounds, says why, and blames nobody else."""

import re
from pathlib import Path

import pytest

from fleet_contract.mock_server.serving import serving

from . import bodies, framing, lists, texts, times
from .rows import Row
from .runs import CheckResult, run
from .servers import listening, spoiling

ROWS: dict[str, Row] = {**bodies.ROWS, **framing.ROWS, **times.ROWS, **texts.ROWS, **lists.ROWS}
MOST_SECONDS, MOST_MEGABYTES = 120, 400
# What moves a cursor, renames a window or turns text around; of all these only line feeds belong into a report.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.timeout(180)
def test_a_hostile_server(name: str, tmp_path: Path) -> None:
    row = ROWS[name]
    with serving() as mock, listening(row.handle or spoiling(mock, row.spoil)) as url:
        ran = run(url.replace("http:", f"{row.scheme}:"), tmp_path, *row.options)
    seen = _seen(ran)
    assert ran.code == row.code, seen
    assert ran.failed <= row.breaks or "*" in row.breaks, seen
    assert re.search(row.says, ran.text), seen
    assert ran.seconds < MOST_SECONDS, seen
    assert ran.peak < MOST_MEGABYTES, seen
    for where, content in {"output": ran.said, **ran.files}.items():
        assert not _CONTROL.search(content.decode("utf-8")), where
    assert "Traceback" not in ran.text


def _seen(ran: CheckResult) -> str:
    return f"exit {ran.code}, {ran.seconds:.0f} s, {ran.peak:.0f} MB, failed {sorted(ran.failed)}:\n{ran.text[-3000:]}"
