"""The forms that a report can have as a file: one table, by the option that asks for each."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path

from fleet_contract.contract_tests.process.files import prepare
from fleet_contract.contract_tests.process.printable import printable_lines
from fleet_contract.contract_tests.reports.as_json import to_json
from fleet_contract.contract_tests.reports.bundle import to_bundle
from fleet_contract.contract_tests.reports.code_quality import to_code_quality
from fleet_contract.contract_tests.reports.har import to_har
from fleet_contract.contract_tests.reports.markdown import to_markdown
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.verdicts import Verdict
from fleet_contract.contract_tests.target import expected

_DOCUMENT = Path("openapi.yaml")  # what a code quality report lays failures to where no target file is below here


# What takes a package that few runs need is loaded where it is asked for.
_OF_PACKAGES = {
    "html": "fleet_contract.contract_tests.reports.html",
    "junit": "fleet_contract.contract_tests.reports.junit",
}


def prepare_reports(outputs: Mapping[str, Path], read: Iterable[Path]) -> None:
    """See before a run that its reports can be made and written, over none of the files that are read.

    Raises ModuleNotFoundError and Contradiction.
    """
    for form, module in _OF_PACKAGES.items():
        if outputs.keys() & {form, "bundle"}:
            import_module(module)
    prepare(outputs.values(), read)


def _expected(report: Report) -> str:
    """Return what was judged, as `--expect` reads it."""
    judged = (Verdict.PASSED, Verdict.FAILED)
    return expected.written(each.requirement.id for each in report.results if each.verdict in judged)


def _html(report: Report) -> str:
    from fleet_contract.contract_tests.reports.html import to_html

    return to_html(value_of(report))


def _junit(report: Report) -> str:
    from fleet_contract.contract_tests.reports.junit import to_junit

    return to_junit(report)


def _markdown(report: Report) -> str:
    return to_markdown(value_of(report))


def _code_quality(report: Report) -> str:
    return to_code_quality(value_of(report), _below_here(report.settings.described_by or _DOCUMENT).as_posix())


def _below_here(file: Path) -> Path:
    """Return the way from the working directory to a file, and to the document where there is none."""
    try:
        here, file = Path.cwd(), file.resolve()
    except OSError:  # The working directory is gone.
        return _DOCUMENT
    return file.relative_to(here) if file.is_relative_to(here) else _DOCUMENT


def _bundle(report: Report) -> bytes:
    scripts = {f"replays/{each.requirement.id}.sh": report.script(each) for each in report.results if each.failures}
    texts = {name: printable_lines("\n".join(lines)) + "\n" for name, lines in scripts.items()}
    return to_bundle({**{name: render(report) for name, render in _BUNDLED.items()}, **texts})


_BUNDLED: Mapping[str, Callable[[Report], str]] = {
    "report.json": to_json,
    "report.html": _html,
    "report.md": _markdown,
    "junit.xml": _junit,
    "exchanges.har": to_har,
}
FORMATS: Mapping[str, Callable[[Report], str | bytes]] = {
    "html": _html,
    "markdown": _markdown,
    "json": to_json,
    "junit": _junit,
    "code-quality": _code_quality,
    "har": to_har,
    "bundle": _bundle,
    "write-expect": _expected,
}
