"""Beginnings: the dialect and the state that a mock begins with, from the options and the files that they name."""

import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.seed import read_seed
from fleet_contract.mock_server.state_file import StateFile
from fleet_contract.mock_server.store import State
from fleet_contract.mock_server.watching import Watch
from fleet_contract.spec.catalogue import catalogue
from fleet_contract.spec.dialect import read_dialect
from fleet_contract.spec.files import Contradiction, suggestion

log = logging.getLogger("fleet_mock")


def chosen_answers(dialect_file: Path | None, settings: Iterable[str]) -> dict[str, str]:
    """Return the answers that the options choose, the single ones last; raises Contradiction."""
    chosen = read_dialect(dialect_file) if dialect_file else {}
    told: dict[str, str] = {}
    for setting in settings:
        question, equals, answer = setting.partition("=")
        if not equals:
            raise Contradiction(f"--set {setting!r} is not QUESTION=ANSWER. Expected something like create.status=200.")
        if question.strip() not in catalogue().questions:
            hint = f"{suggestion(question.strip(), catalogue().questions)} See fleet-mock questions."
            raise Contradiction(f"--set {setting!r} answers no question of the dialect.{hint}")
        told.setdefault(question.strip(), answer.strip())
        if told[question.strip()] != answer.strip():
            both = f"{told[question.strip()]} and {answer.strip()}"
            raise Contradiction(f"--set answers {question.strip()} twice: {both}. Leave one of them out.")
    return {**chosen, **told}


def watching(
    seed_file: Path | None, dialect_file: Path | None, settings: Iterable[str], store_url: str, state_path: Path | None
) -> Watch:
    """Return what watches the seed and the dialect file; raises Contradiction where they are not to be watched."""
    if not (seed_file or dialect_file):
        raise Contradiction("--watch has nothing to watch. Expected --seed FILE, --dialect FILE or both. Name one.")
    if store_url:
        raise Contradiction(
            "--watch and --store contradict each other: mocks that share a store agree on a seed and a dialect when "
            "they start. Leave one of them out; the control API changes the dialect of all."
        )
    if state_path and seed_file:
        raise Contradiction(
            "--watch with --seed and --state contradict each other: a changed seed would replace the state that is "
            "kept. Leave one of the three out."
        )

    def read() -> Parts:
        return parts(chosen_answers(dialect_file, settings), read_seed(seed_file) if seed_file else None)

    return Watch(seed_file, dialect_file, read)


def require_one_place(store_url: str, state_path: Path | None) -> None:
    """Raise Contradiction where the state would be kept in two places."""
    if store_url and state_path:
        raise Contradiction(
            "--state and --store (or FLEET_MOCK_STORE) contradict each other: "
            "the state is kept in a file by one mock, or in Redis by several. Leave one of them out."
        )


def first_state(state_file: StateFile | None, seed_file: Path | None) -> State | None:
    """Return what the mock begins with, None where that is the default seed; raises Contradiction."""
    tell = partial(log.warning, "%s")
    kept = state_file.read(tell) if state_file else None
    if state_file and kept and seed_file:
        tell(f"{state_file.path} holds a state, so the seed {seed_file} is not read. Remove that file to begin anew.")
    return kept or (read_seed(seed_file, tell) if seed_file else None)
