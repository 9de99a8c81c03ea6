"""Law 1: every sentence of the guide is a requirement, a question, or listed with the reason why not."""

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fleet_contract.spec import coverage
from fleet_contract.spec.catalogue import NoSuchId, Question, Requirement, catalogue
from fleet_contract.spec.coverage import Covered, Difference, differences, guide, main, sentences, silences
from fleet_contract.spec.files import Contradiction, load_yaml
from fleet_contract.spec.sentences import Sentence, sections_of

# The guide's text is the vendor's, so it is not in the project: whoever has a copy names it, or lays it here.
COPY = Path(os.environ.get("FLEET_GUIDE") or Path(__file__).parents[2] / "guide.txt")
NEEDS_A_COPY = pytest.mark.skipif(
    not COPY.is_file(), reason="no copy of the guide is at hand: set FLEET_GUIDE, or lay it at guide.txt"
)

# A page as a browser copies it, and as its source has it.
COPIED = """Boats
A boat floats. It has a name (e.g. "Ann"). That name:
- Must be short - at most 10 letters
Launch a Boat
Request Parameters
fleetId(required): The boatfleetName(optional): Its name
Example Use Case
To launch one:
POST /boats
{
"id": "b-1"
}The API returns the boat:
{"id": "b-1"}Error Handling
- 400 Bad Request: Returned if
idis missing - 500 Internal Server Error: Returned for errors
Sink a Boat
Request Parameters
fleetId(required): The boat
Understanding Sinking
A boat sinks fast.
Error Handling
- 404 Not Found: Returned if it is not afloat
Updated 3 days ago"""
SOURCE = """# Boats
A boat floats. It has a name (e.g. “Ann”). That name:
* Must be short – at most 10 letters

## Launch a Boat
### Request Parameters
* `fleetId` (required): The boat
* `fleetName` (optional): Its name

### Example Use Case
To launch one:
```json
POST /boats
{"id":   "b-1"}
```
The API returns the boat:
```json
{"id": "b-1"}
```
### Error Handling
* **400 Bad Request**: Returned if `id` is missing
* **500 Internal Server Error**: Returned for errors

## Sink a Boat
### Request Parameters
* `fleetId` (required): The boat
### Understanding Sinking
A boat sinks fast.
### Error Handling
* **404 Not Found**: Returned if it is not afloat
"""


@pytest.fixture
def recorded() -> coverage.Guide:
    """Give what a record of COPIED would say."""
    return record(COPIED)


def record(text: str) -> coverage.Guide:
    return {
        section: tuple(Covered(section, each.ordinal, each.hash, says_nothing=each.text) for each in found)
        for section, found in sections_of(text).items()
    }


@NEEDS_A_COPY
def test_the_record_is_that_of_the_guide() -> None:
    found = differences(guide(), sections_of(COPY.read_text(encoding="utf-8")))
    assert [coverage.to_text(*each) for each in found] == []


@NEEDS_A_COPY
def test_no_sentence_of_the_guide_is_repeated_in_the_record() -> None:
    copied = sections_of(COPY.read_text(encoding="utf-8"))
    recorded = Path(coverage.__file__).with_name("guide.yaml").read_text(encoding="utf-8")
    for sentence in (each for found in copied.values() for each in found):
        assert sentence.text not in recorded


def test_what_comes_from_a_section_is_cited_at_a_sentence_there() -> None:
    entries: list[Requirement | Question] = [*catalogue().requirements.values(), *catalogue().questions.values()]
    for entry in entries:
        base, _, anchor = entry.source.partition("#")
        if base == "guide":
            here = [sentence for sentence in sentences() if f"{sentence.section}/".startswith(f"{anchor}/")]
            assert any(entry.id in sentence.cited for sentence in here), entry.id


def test_every_silence_is_one_sentence_and_stands_once() -> None:
    texts = [each.text for each in silences()]
    assert all(text.endswith(".") for text in texts)
    assert len(set(texts)) == len(texts) > 40


# --- the splitter -------------------------------------------------------------------------------


def hashes(text: str) -> dict[str, list[str]]:
    return {section: [each.hash for each in found] for section, found in sections_of(text).items()}


def test_a_text_is_parted_into_sections_and_sentences() -> None:
    assert {section: [each.text for each in found] for section, found in sections_of(COPIED).items()} == {
        "boats": [
            "A boat floats.",
            'It has a name (e.g. "Ann").',
            "That name:",
            "Must be short - at most 10 letters",
        ],
        "launch-a-boat": [],
        "launch-a-boat/request-parameters": ["fleetId(required): The boat", "fleetName(optional): Its name"],
        "example-use-case": [
            "To launch one:",
            "POST /boats",
            '{"id": "b-1"}',
            "The API returns the boat:",
            '{"id": "b-1"}',
        ],
        "launch-a-boat/error-handling": [
            "400 Bad Request: Returned if idis missing",
            "500 Internal Server Error: Returned for errors",
        ],
        "sink-a-boat": [],
        "sink-a-boat/request-parameters": ["fleetId(required): The boat"],
        "understanding-sinking": ["A boat sinks fast."],
        "sink-a-boat/error-handling": ["404 Not Found: Returned if it is not afloat"],
    }


def test_a_text_has_the_same_hashes_however_it_is_copied() -> None:
    assert hashes(COPIED) == hashes(SOURCE)
    assert hashes(COPIED) == hashes(COPIED.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    ("said", "now"),
    [("at most 10", "at most 11"), ("POST /boats", "POST /boat-s"), ('"b-1"', '"B-1"'), ("404 Not", "410 Not")],
)
def test_a_change_of_meaning_changes_a_hash(said: str, now: str) -> None:
    assert hashes(COPIED) != hashes(COPIED.replace(said, now))


@pytest.mark.parametrize("text", ["", "  \n", "no heading here.", "{"])
def test_a_text_without_headings_is_none_of_the_guide(text: str) -> None:
    with pytest.raises(Contradiction, match="not the guide"):
        sections_of(text)


# --- what a newer copy changes -------------------------------------------------------------------


def changes(recorded: coverage.Guide, copied: str) -> list[tuple[str, str]]:
    return [(difference.value, sentence.place) for difference, sentence in differences(recorded, sections_of(copied))]


def test_a_copy_of_what_is_recorded_has_no_differences(recorded: coverage.Guide) -> None:
    assert changes(recorded, COPIED) == []
    assert changes(recorded, SOURCE) == []


def test_new_changed_and_gone_sentences_are_told_apart(recorded: coverage.Guide) -> None:
    assert changes(recorded, COPIED.replace("A boat floats.", "A boat sinks.")) == [("changed", "boats 1")]
    assert changes(recorded, COPIED.replace("That name:", "It may sink. That name:")) == [("new", "boats 3")]
    assert changes(recorded, COPIED.replace("A boat floats. ", "")) == [("gone", "boats 1")]
    assert changes(recorded, COPIED.replace("Sink a Boat", "Drown a Boat")) == [
        ("new", "drown-a-boat/request-parameters 1"),
        ("new", "drown-a-boat/error-handling 1"),
        ("gone", "sink-a-boat/request-parameters 1"),
        ("gone", "sink-a-boat/error-handling 1"),
    ]


def test_a_difference_is_told_with_the_text_or_with_what_was_made_of_it() -> None:
    sentence, covered = Sentence("boats", 1, "A boat floats."), Covered("boats", 2, "0", ("fleets.id-is-unique",))
    assert coverage.to_text(Difference.NEW, sentence) == "new      boats 1: A boat floats."
    assert coverage.to_text(Difference.GONE, covered) == "gone     boats 2: fleets.id-is-unique"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, recorded: coverage.Guide) -> Any:
    """Give the command, over a record of COPIED: text to exit code and output."""
    monkeypatch.setattr(coverage, "guide", lambda: recorded)

    def call(text: bytes) -> tuple[int, str]:
        (tmp_path / "guide.txt").write_bytes(text)
        result = CliRunner().invoke(main, [str(tmp_path / "guide.txt")])
        return result.exit_code, result.output

    return call


def test_the_command_says_whether_a_copy_differs(command: Any) -> None:
    assert command(SOURCE.encode()) == (0, "16 sentences, all known.\n")
    exit_code, output = command(COPIED.replace("floats", "sinks").encode())
    assert exit_code == 1
    assert output == "changed  boats 1: A boat sinks.\n1 of 16 sentences differ from spec/guide.yaml.\n"


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"no heading."])
def test_the_command_refuses_what_is_no_guide(command: Any, text: bytes) -> None:
    exit_code, output = command(text)
    assert exit_code == 2
    assert "guide.txt: " in output


# --- what the record may not say -----------------------------------------------------------------

ENTRY = "{hash: a, says-nothing: advertises}"
MISTAKES = {
    "boats: {1: {hash: a}}": "boats 1: state either what became of it or why nothing did.",
    "boats: {1: {hash: a, says-nothing: a, untestable: b}}": "either what became of it or why nothing did",
    "boats: {1: {hash: a, requirement: [b]}}": "'requirement' is not one of example, hash",
    "boats: {1: {hash: a, questions: [name.blank]}}": "No question has the id 'name.blank'. Did you mean",
    f"boats: {{2: {ENTRY}}}": "the sentences of boats are not numbered from 1",
    f"boats: {{1: {ENTRY}}}": "the guide has no section 'fleet-identifier'",
    f"fleet-identifier: {{1: {ENTRY}}}": "fleets.id-is-unique: guide.yaml cites it at no sentence of its source",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_wrong_record_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(coverage, "load_ours", lambda _: load_yaml(text))
    with pytest.raises(Contradiction) as raised:
        guide.__wrapped__()
    assert MISTAKES[text] in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[{text: Why.}]", "Why.: state either what became of it"),
        ("[{text: Why., not-judged: b, questions: [create.status]}]", "either what became of it or why nothing did"),
        ("[{text: Why., untestable: b}]", "'untestable' is not one of"),
        ("[{text: Why., requirements: [fleets.unique]}]", "No requirement has the id 'fleets.unique'"),
    ],
)
def test_a_wrong_silence_is_refused(monkeypatch: pytest.MonkeyPatch, text: str, message: str) -> None:
    monkeypatch.setattr(coverage, "load_ours", lambda _: load_yaml(text))
    with pytest.raises(Contradiction, match=message):
        silences.__wrapped__()


def test_an_unknown_id_is_an_error_of_its_own() -> None:
    with pytest.raises(NoSuchId):
        coverage._ids({"requirements": ["no.such"]}, "requirements", catalogue().requirement)
