"""The catalogue: each id defined once, and nothing cited that does not exist."""

from graphlib import TopologicalSorter

import pytest

from fleet_contract.spec import catalogue as module
from fleet_contract.spec.catalogue import GUIDE, Answer, Basis, Catalogue, NoSuchId, catalogue
from fleet_contract.spec.files import Contradiction, load_yaml

REQUIREMENTS = """
- {id: boats.float, since: "0.1", basis: stated, source: guide#boats, text: A boat floats.}
- {id: boats.sink, since: "0.1", basis: implied, source: https://boats.example/, text: It sinks., untestable: Too deep.}
"""
QUESTIONS = """
- {id: boat.status, text: How does a boat sink?, source: guide#boats, answers: {"400": Slowly., "409": Fast., by: By.}}
- id: boat.colour
  text: Which colour has it?
  source: guide#boats
  when: {boat.status: ["400"]}
  answers: {red: Red., blue: {text: Blue., when: {boat.status: ["400"]}}}
"""
SITUATIONS = """
successes: {launch: {may: ["200"], breaks: boats.float}}
situations:
  - {id: boat.in-water, text: A boat in water., may: [success, boat.status], breaks: boats.float, reads: boat.status}
  - id: boat.on-land
    text: A boat on land.
    may: ["404"]
    breaks: {"404": boats.float, launch: boats.sink, else: boats.float}
"""
EXPLANATIONS = "{about_one_answer: [boats.float], causes: {boats.sink: [boats.float]}}"


def load(monkeypatch: pytest.MonkeyPatch, **texts: str) -> Catalogue:
    files = {
        "requirements": REQUIREMENTS,
        "questions": QUESTIONS,
        "situations": SITUATIONS,
        "explanations": EXPLANATIONS,
    } | texts
    monkeypatch.setattr(module, "load_ours", lambda name: load_yaml(files[name.removesuffix(".yaml")]))
    return catalogue.__wrapped__()


def test_a_catalogue_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(monkeypatch)
    assert loaded.requirement("boats.float").basis is Basis.STATED
    assert loaded.requirement("boats.sink").untestable == "Too deep."
    assert loaded.question("boat.status").default == "400"
    assert loaded.question("boat.status").statuses == (400, 409)
    assert loaded.question("boat.colour").answers["blue"] == Answer("Blue.", {"boat.status": ("400",)})
    assert loaded.statuses(loaded.situation("boat.in-water").may) == {400, 409}
    assert loaded.statuses(("404", "anything", "success")) == {404}
    assert loaded.explanations == {"boats.sink": {"boats.float"}}
    assert loaded.about_one_answer == {"boats.float"}


def test_a_source_in_the_guide_is_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(monkeypatch)
    assert loaded.requirement("boats.float").url == f"{GUIDE}#boats"
    assert loaded.requirement("boats.sink").url == "https://boats.example/"


def test_a_situation_blames_by_status_then_by_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    situation = load(monkeypatch).situation("boat.on-land")
    assert situation.broken_by(404, "launch") == "boats.float"
    assert situation.broken_by(400, "launch") == "boats.sink"
    assert situation.broken_by(400, "sail") == "boats.float"
    assert situation.kept_by(200, "launch") == {"boats.float", "boats.sink"}
    assert situation.kept_by(200, "sail") == {"boats.float"}


@pytest.mark.parametrize(
    ("file", "text"),
    [("requirements", REQUIREMENTS + REQUIREMENTS), ("questions", QUESTIONS + QUESTIONS)],
)
def test_an_id_is_defined_once(monkeypatch: pytest.MonkeyPatch, file: str, text: str) -> None:
    with pytest.raises(Contradiction, match=rf"{file}\.yaml: the id 'boats?\.\w+' is defined twice"):
        load(monkeypatch, **{file: text})


def test_a_situation_is_defined_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Contradiction, match=r"situations\.yaml: the id 'boat\.in-water' is defined twice"):
        load(monkeypatch, situations=SITUATIONS.replace("boat.on-land", "boat.in-water"))


@pytest.mark.parametrize(
    ("file", "said", "instead", "message"),
    [
        ("situations", "may: [success, boat.status]", "may: [boat.stat]", "No question has the id 'boat.stat'"),
        ("situations", "reads: boat.status", "reads: boat.colours", "Did you mean 'boat.colour'?"),
        ("situations", "launch: boats.sink", "launch: boats.sing", "No requirement has the id 'boats.sing'"),
        ("situations", 'may: ["200"], breaks: boats.float', 'may: ["200"], breaks: boats.fly', "'boats.fly'"),
        ("situations", 'launch: {may: ["200"]', "launch: {may: [ok]", "No question has the id 'ok'"),
        ("questions", 'when: {boat.status: ["400"]}\n', 'when: {boat.status: ["404"]}\n', "No answer has the id '404'"),
        ("questions", 'Blue., when: {boat.status: ["400"]}', "Blue., when: {boat.size: [big]}", "id 'boat.size'"),
        ("explanations", "[boats.float]}", "[boats.fly]}", "'boats.fly'"),
        ("explanations", "[boats.float],", "[boats.fly],", "'boats.fly'"),
        ("explanations", "boats.sink:", "boats.sing:", "'boats.sing'"),
    ],
)
def test_what_is_cited_exists(
    monkeypatch: pytest.MonkeyPatch, file: str, said: str, instead: str, message: str
) -> None:
    text = {"situations": SITUATIONS, "questions": QUESTIONS, "explanations": EXPLANATIONS}[file]
    assert said in text
    with pytest.raises(NoSuchId) as raised:
        load(monkeypatch, **{file: text.replace(said, instead)})
    assert message in str(raised.value)


def test_no_failure_explains_itself_however_far_around() -> None:
    """Else no failure of a circle would stand."""
    order = list(TopologicalSorter(catalogue().explanations).static_order())
    assert set(order) <= set(catalogue().requirements)


def test_an_unknown_basis_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="guessed"):
        load(monkeypatch, requirements=REQUIREMENTS.replace("implied", "guessed"))


@pytest.mark.parametrize(
    ("look_up", "message"),
    [
        ("requirement", "No requirement has the id 'fleet.id-is-unique'. Did you mean 'fleets.id-is-unique'?"),
        ("question", "No question has the id 'fleet.id-is-unique'."),
        ("situation", "No situation has the id 'fleet.id-is-unique'."),
    ],
)
def test_an_unknown_id_is_told_with_the_nearest_known_one(look_up: str, message: str) -> None:
    with pytest.raises(NoSuchId) as raised:
        getattr(catalogue(), look_up)("fleet.id-is-unique")
    assert str(raised.value).startswith(message)


def test_every_entry_is_a_sentence_with_a_source() -> None:
    known = catalogue()
    for requirement in known.requirements.values():
        assert requirement.text.endswith(".")
        sources = ("target-file#",) if requirement.basis is Basis.OURS else ("guide#", "https://")
        assert requirement.source.startswith(sources)
        assert requirement.untestable.endswith(".") or not requirement.untestable
    for question in known.questions.values():
        assert question.text.endswith("?")
        assert question.source.startswith(("guide#", "https://"))
        assert len(question.answers) > 1
        assert all(answer.text.endswith(".") for answer in question.answers.values())
    assert all(situation.text.endswith(".") for situation in known.situations.values())


def test_what_is_stated_is_stated_by_the_guide_and_what_is_elsewhere_is_not() -> None:
    for requirement in catalogue().requirements.values():
        if requirement.basis is Basis.STATED:
            assert requirement.source.startswith("guide#"), requirement.id
        if requirement.basis is Basis.ELSEWHERE:
            assert requirement.source.startswith(GUIDE.removesuffix("docs/fleet-management")), requirement.id
