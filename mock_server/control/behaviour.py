"""The behaviour of a world: its dialect and its misbehaviours, which may change while it runs."""

from collections.abc import Mapping, Sequence

from fleet_contract.mock_server.control.problems import Problem, pointer_to
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS
from fleet_contract.mock_server.wording import listed
from fleet_contract.mock_server.world import World
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import Dialect, complete, default_dialect
from fleet_contract.spec.files import Contradiction, suggestion


async def get_dialect(world: World, _: Call) -> Reply:
    return Reply(200, dict(world.mock.dialect))


async def list_questions(_world: World, _: Call) -> Reply:
    listed = [
        {
            "question": question.id,
            "text": question.text,
            "answers": [{"answer": name, "text": answer.text} for name, answer in question.answers.items()],
        }
        for question in catalogue().questions.values()
    ]
    return Reply(200, {"questions": listed})


async def put_dialect(world: World, call: Call) -> Reply:
    await world.speak(checked_dialect(call.body))
    return await get_dialect(world, call)


async def change_dialect(world: World, call: Call) -> Reply:
    changed = {question: answer for question, answer in call.body.items() if answer is not None}
    checked_dialect(dict.fromkeys(call.body.keys() - changed.keys(), ""), is_removal=True)
    checked_dialect(changed, complete_it=False)
    usual = default_dialect()
    kept = {
        question: answer
        for question, answer in world.mock.dialect.items()
        if usual.get(question) != answer and question not in call.body
    }
    await world.speak(with_what_exists(changed, kept))
    return await get_dialect(world, call)


def checked_dialect(
    chosen: Mapping[str, str], at: str = "", *, is_removal: bool = False, complete_it: bool = True
) -> Dialect:
    """Return the dialect that some answers choose; raises Problem that names the first one that cannot be."""
    questions = catalogue().questions
    for question, answer in chosen.items():
        pointer = at + pointer_to([question])
        if question not in questions:
            hint = f"{suggestion(question, questions)} GET /_mock/questions lists them."
            raise Problem(422, f"There is no question {question!r}.{hint}", pointer)
        if not is_removal and answer not in questions[question].answers:
            listed = ", ".join(questions[question].answers)
            raise Problem(422, f"{question} cannot be {answer!r}: possible answers are {listed}.", pointer)
    return complete(chosen) if complete_it and not is_removal else chosen


def with_what_exists(changed: Mapping[str, str], kept: Mapping[str, str]) -> Dialect:
    """Return a dialect with some answers, and with others as far as they exist beside these; raises Contradiction."""
    try:
        return complete({**kept, **changed})
    except Contradiction:
        pass
    chosen = dict(changed)
    for question, answer in kept.items():
        try:
            complete({**chosen, question: answer})
        except Contradiction:
            continue
        chosen[question] = answer
    return complete(chosen)


async def get_misbehaviours(world: World, _: Call) -> Reply:
    known = [{"name": each.name, "text": each.text, "reason": each.reason} for each in MISBEHAVIOURS.values()]
    return Reply(200, {"misbehaviours": world.misbehaviours, "known": known})


async def put_misbehaviours(world: World, call: Call) -> Reply:
    world.misbehave(checked_names(call.body["misbehaviours"]))
    return await get_misbehaviours(world, call)


def checked_names(names: Sequence[str]) -> Sequence[str]:
    """Return names of misbehaviours; raises Problem that names the first one that is none."""
    for place, name in enumerate(names):
        if name not in MISBEHAVIOURS:
            hint = f"{suggestion(name, MISBEHAVIOURS)} There are {listed([*MISBEHAVIOURS])}."
            raise Problem(422, f"No misbehaviour is called {name!r}.{hint}", pointer_to(["misbehaviours", place]))
    return names


HANDLERS = (list_questions, get_dialect, put_dialect, change_dialect, get_misbehaviours, put_misbehaviours)
