"""The README and the pages in docs say what is so."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_contract.contract_tests.commands import main as suite
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.target.depths import PRICES, Depth
from fleet_contract.contract_tests.target.entries import ENTRIES
from fleet_contract.contract_tests.target.options import OPTIONS
from fleet_contract.contract_tests.target.target import REPLAYS
from fleet_contract.mock_server.command import main as mock
from fleet_contract.spec.catalogue import Basis, catalogue
from proof.missed import HIDDEN_BY_A_DIALECT, MISSED
from proof.mutants import MUTANTS

from .pages import PAGES, ROOT, anchors, blocks, prose

README = ROOT / "README.md"
RUNNING = ROOT / "docs" / "running.md"
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
# Options of other programs, by the words before which they stand.
OF_OTHERS = re.compile(r"\b(docker|curl|pip|uvx|pytest|npm|python -m|st) .*|each='.*|  --next .*|curl's `?--connect-to")
KNOWN = catalogue()
OURS_IN_CODE = re.compile(r"`([a-z]+(?:\.[a-z0-9_-]+)+)`")


def every_page(*skipped: str) -> pytest.MarkDecorator:
    kept = [page for page in PAGES if page.name not in skipped]
    return pytest.mark.parametrize("page", kept, ids=lambda page: page.name)


@every_page()
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_every_step_to_a_verdict_is_there() -> None:
    steps = re.findall(r"`([\w/]+\.py):(\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert steps
    for path, name in steps:
        files = [ROOT / "contract_tests" / above / path for above in ("", "judging")]
        text = "".join(file.read_text(encoding="utf-8") for file in files if file.exists())
        assert re.search(rf"^( {{4}})?(def {name}\(|{name}\b.* = )", text, re.MULTILINE), f"{path}:{name}"


@every_page()
def test_every_page_of_docs_is_linked_in_the_readme(page: Path) -> None:
    name = page.relative_to(ROOT).as_posix()
    assert page == README or f"({name})" in README.read_text(encoding="utf-8")


@every_page("side-by-side.md", "proof.md", "performance.md")
def test_every_option_exists(page: Path) -> None:
    known = {option for command in (mock, *suite.commands.values()) for each in command.params for option in each.opts}
    known |= {f"--fleet-{option.name}" for option in OPTIONS} | {"--fleet-", "--fleet-url", "--help", "--version"}
    text = "\n".join(OF_OTHERS.sub("", line) for line in page.read_text(encoding="utf-8").splitlines())
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) <= known


@every_page()
def test_every_command_and_every_target_of_make_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    begins = r"`|/|- run: |    - |^(?:\$ )?(?:[A-Z_]+=\S+ )*"
    assert set(re.findall(rf"(?:{begins})fleet-contract ([a-z]+)", text, re.MULTILINE)) <= set(suite.commands)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for line in re.findall(r"`make ([a-z][a-z -]*)`|^\$? ?make ([a-z][a-z -]*)", text, re.MULTILINE):
        assert {word for word in " ".join(line).split() if not word.startswith("-")} <= set(phony.split()), line


@every_page("proof.md", "side-by-side.md")
def test_every_id_and_every_entry_exists(page: Path) -> None:
    ids = {*KNOWN.requirements, *KNOWN.questions, *KNOWN.situations}
    sections = {id.partition(".")[0] for id in (*ids, *ENTRIES)}
    for text in OURS_IN_CODE.findall(page.read_text(encoding="utf-8")):
        if text.partition(".")[0] in sections and not text.endswith((".yaml", ".py")):
            assert text in ids or text in ENTRIES, text


def test_the_readme_counts_what_the_catalogue_holds() -> None:
    testable = [each for each in KNOWN.requirements.values() if not each.untestable and each.basis is not Basis.OURS]
    found = re.findall(r"(\d+) testable requirements, and (\d+) questions", README.read_text(encoding="utf-8"))
    assert found == [(str(len(testable)), str(len(KNOWN.questions)))]


def test_the_readme_tells_what_each_depth_costs() -> None:
    rows = re.findall(r"\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", README.read_text(encoding="utf-8"))
    told = [(name, *(int(figure.replace(",", "")) for figure in figures)) for name, *figures in rows]
    assert told == [(depth.word, price.requests, price.fleets, price.keys) for depth, price in PRICES.items()]


@pytest.mark.parametrize("page", ["README.md", "docs/running.md"])
def test_what_exceeds_the_limits_is_told_where_they_are_promised(page: str) -> None:
    promise = (ROOT / page).read_text(encoding="utf-8").split("A run never exceeds ")[1].split("\n- ")[0]
    assert f"up to {REPLAYS:,} " in " ".join(promise.split())


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md"])
def test_the_exit_codes_are_told(page: str) -> None:
    rows = re.findall(r"^\| (\d) \| ([\w–]+) \|", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(str(each.value), "–" if each is Exit.USAGE else each.name.lower()) for each in sorted(Exit)]


def entries_of(table: dict[str, object], prefix: str = "") -> Iterator[str]:
    """Yield the entries of a target file, as `fleet-contract entries` names them."""
    for name, value in table.items():
        if isinstance(value, dict) and prefix + name not in ENTRIES:
            yield from entries_of(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_the_target_files_hold_entries_that_exist() -> None:
    found = [tomllib.loads(text) for page in PAGES for text in blocks(page, "toml")]
    assert found
    for table in found:
        assert KNOWN.questions.keys() >= table.pop("dialect", {}).keys()
        for own in table.pop("targets", {}).values():
            assert set(entries_of(own)) <= set(ENTRIES)
        assert set(entries_of(table)) <= set(ENTRIES)


def words_of_the_suite() -> str:
    """Return all that the suite says, whatever it puts in between, as one text, with what it draws of data."""
    files = (ROOT / "contract_tests").rglob("*.py")
    constants = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    drawn = (Reason(SkipReason.WRITES, flag="--allow-writes"), Reason(SkipReason.DEPTH, depth=Depth.STANDARD))
    said = (str(each.value) for each in constants if isinstance(each, ast.Constant))
    return "\n".join((*said, *(each.words for each in drawn)))


@pytest.mark.parametrize(
    ("page", "heading"), [("troubleshooting.md", "the message says"), ("reports.md", "the line says")]
)
def test_the_messages_that_are_explained_are_those_of_the_suite(page: str, heading: str) -> None:
    said = words_of_the_suite()
    table = (ROOT / "docs" / page).read_text(encoding="utf-8").split(f"| {heading} |")[1].split("\n\n")[0]
    messages = re.findall(r"^\| (?!---)(\S[^|]*?) \|", table, re.MULTILINE)
    assert len(messages) > 5
    for message in messages:
        # What stands between these words differs from run to run.
        for part in re.split(r"…|401|Basic|(?:requests|timeouts)(?= was)|standard|fixtures\.|other_api_key", message):
            assert part.strip() in said, message


def test_the_proof_lists_every_mutant_that_is_missed() -> None:
    missed = {**MISSED, **HIDDEN_BY_A_DIALECT}
    told = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", (ROOT / "docs" / "proof.md").read_text(), re.MULTILINE)
    assert {name: reason for name, reason in told if name in MUTANTS} == missed
