"""Draws the pictures of the documentation: the HTML report and the terminal, light and dark, 80 and 120 columns wide.

python -m tools.draw_reports, with Chromium in PATH and what package-lock.json names in node_modules.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme
from rich.text import Text

from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.reports.html import to_html
from fleet_contract.contract_tests.reports.page import print_report
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.session.of_a_run import with_replays
from fleet_contract.contract_tests.session.session import begin, run_checks
from fleet_contract.contract_tests.target.gate import Gate
from fleet_contract.contract_tests.target.waivers import Waiver
from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving
from proof.mutants import find

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
FAULTS = ("second-create-overwrites", "creates-at-once-all-win", "delete-is-accepted")
WAIVER = Waiver("http.wrong-methods-are-refused", "Release 7 fixes it.", "Platform team", date(2999, 12, 31))
ADDRESS = "https://staging.example/drive"  # what the pictures show; a port that was free for once says nothing
LIGHT = TerminalTheme(
    (255, 255, 255),
    (27, 31, 36),
    [
        (27, 31, 36),
        (179, 38, 30),
        (26, 107, 47),
        (122, 77, 0),
        (5, 80, 174),
        (110, 50, 140),
        (0, 95, 105),
        (87, 96, 106),
    ],
)
FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
THEMES = {"light": LIGHT, "dark": DIMMED_MONOKAI}


def main() -> None:
    """Judge a mock that has faults, and draw what was reported."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("Chromium is not in PATH. Install it, and run this again.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    report = judged()
    for width in (80, 120):
        for name, theme in THEMES.items():
            picture = PICTURES / f"terminal-{width}-{name}.svg"
            picture.write_text(terminal(report, width, theme), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        page.write_text(to_html(value_of(report)), encoding="utf-8")
        look = ROOT / "tests" / "browser" / "look.mjs"
        command = [shutil.which("node") or "node", str(look), chromium, str(page), str(PICTURES / "report")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def judged() -> Report:
    """Return the report of a run against a mock with faults, one of which is waived."""
    made = parts({})
    for name in FAULTS:
        find(name).spoil(made)
    with serving(made) as url:
        settings, _ = read_settings(url, {"target": ROOT / "contract_tests" / "mock.toml", "depth": "standard"})
        gate: Gate = replace(settings.gate, waivers=(WAIVER,))
        run = begin(replace(settings, gate=gate, mark="5eed5eed"), open_console(quiet=True))
        report = with_replays(run_checks(run))
    target = replace(report.settings.target, base_url=ADDRESS)
    settings = replace(report.settings, target=target)
    return replace(report, settings=settings, began=datetime(2030, 6, 15, 3, 0, tzinfo=UTC))


def terminal(report: Report, width: int, theme: TerminalTheme) -> str:
    """Return what a terminal of a width shows, as SVG: what is longer than its lines, it goes on with in the next."""
    printed = StringIO()
    print_report(report, open_console(width=width, force_terminal=True, color_system="truecolor", file=printed))
    console = open_console(record=True, width=width, force_terminal=True, color_system="truecolor", file=StringIO())
    for line in Text.from_ansi(printed.getvalue()).split(allow_blank=True):
        for part in line.divide(range(width, len(line), width)):
            console.print(part, soft_wrap=True)
    drawn = console.export_svg(title=f"fleet-contract run {ADDRESS}", theme=theme, unique_id="t")
    return FONTS.sub("", drawn)  # they would be asked of a network


if __name__ == "__main__":
    main()
