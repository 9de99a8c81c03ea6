"""The HTML report in a real browser: axe finds nothing serious, nothing is asked of a network, nothing overflows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.reports.html import to_html
from fleet_contract.contract_tests.reports.value import value_of
from tests.browser.chromium import driven, grave, needs_chromium
from tests.suite.harness import judged, mock

FAULTS = ("second-create-overwrites", "delete-is-accepted", "creates-at-once-all-win")

pytestmark = needs_chromium


def seen(page: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return what a browser saw of a page, by colour scheme."""
    found = driven("look.mjs", str(page))
    assert set(found) == {"light", "dark"}
    return found


@pytest.mark.parametrize("faults", [FAULTS, ()], ids=["that breaks", "that conforms"])
def test_the_page_of_a_run_is_accessible(faults: tuple[str, ...], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    with mock(*faults) as url:
        page.write_text(to_html(value_of(judged(url, "standard"))), encoding="utf-8")
    for scheme, found in seen(page).items():
        assert grave(found["violations"]) == [], scheme
        assert found["passes"] > 20
        assert (found["asked"], found["complaints"]) == ([], [])
        assert (found["wide"], found["narrow"]) == (0, 0)
        assert found["printed"] > 10_000


def test_what_is_not_accessible_is_found(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        "<!DOCTYPE html><html><head><title>Bad</title></head><body><a href='#'></a>"
        "<p style='color:#aaa;background:#fff'>pale</p><img src='https://elsewhere.example/x.png'></body></html>"
    )
    found = seen(page)["light"]
    ids = {each["id"] for each in grave(found["violations"])}
    assert {"html-has-lang", "link-name", "color-contrast", "image-alt"} <= ids
    assert found["asked"] == ["https://elsewhere.example/x.png"]
