"""Case files: programs that broke a requirement, as JSON; their schema is spec/case.schema.json."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, Any

from fleet_contract.contract_tests.process.files import write
from fleet_contract.contract_tests.programs.program import Program
from fleet_contract.spec.catalogue import NoSuchId, catalogue
from fleet_contract.spec.files import Contradiction, read, read_text

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

FORMAT = 1
_SHOWN = 200  # characters of what is wrong, in a message


@dataclass(frozen=True)
class Case:
    """A program, with the requirement that it was seen to break, what was seen, and the seed of the exploration."""

    program: Program
    requirement: str
    message: str
    seed: int
    file: str = ""

    def to_json(self) -> str:
        """Return what `read_case` takes back; odd characters are escaped, so that an editor shows them."""
        program = self.program
        value = {
            "format": FORMAT,
            "requirement": self.requirement,
            "message": self.message,
            "seed": self.seed,
            **({"fleets": list(program.fleets)} if program.fleets else {}),
            "steps": list(program.steps),
        }
        return json.dumps(value, indent=2) + "\n"

    @property
    def file_name(self) -> str:
        """The requirement, and a digest of the program: another program does not overwrite it."""
        digest = sha256(self.program.size[-1].encode()).hexdigest()[:8]
        return f"{self.requirement}-{digest}.json"


def save_case(case: Case, folder: Path) -> Path:
    """Write a case into a folder and return its file; raises Contradiction when it cannot be written."""
    file = folder / case.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(file, case.to_json())
    except OSError as wrong:
        raise Contradiction(
            f"Cannot save the case {file}: {wrong.strerror}. Choose a folder that can be written, with --save."
        ) from None
    return file


def read_cases(places: Iterable[Path]) -> tuple[Case, ...]:
    """Return the cases of files, and of all *.json in folders, in order and each once; raises Contradiction."""
    files = dict.fromkeys(file for place in places for file in _files_of(place))
    return tuple(read_case(file) for file in files)


def holds_no_case(place: Path) -> bool:
    """Say whether a place is an empty folder, or no folder yet: an exploration that finds nothing makes none.

    Raises OSError where that cannot be known.
    """
    try:
        mode = place.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return place.suffix != ".json"
    return S_ISDIR(mode) and not any(place.iterdir())


def _files_of(place: Path) -> list[Path]:
    try:
        if holds_no_case(place):
            return []
        files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    except OSError as wrong:
        raise Contradiction(f"The cases {place} cannot be read: {wrong.strerror}. Correct --cases.") from None
    if not files:
        raise Contradiction(f"The folder {place} contains no case (*.json). Choose another with --cases.")
    return files


def read_case(file: Path) -> Case:
    """Return the case of a file; raises Contradiction that names the file and the member that is wrong."""
    value = _load(file)
    wrong = min(_validator().iter_errors(value), key=_plainness, default=None)
    if wrong is not None:
        raise _Wrong(file, _member(wrong.absolute_path), wrong.message)
    try:
        requirement = catalogue().requirement(value["requirement"])
    except NoSuchId as unknown:
        raise _Wrong(file, "requirement", str(unknown)) from None
    if requirement.untestable:
        raise _Wrong(file, "requirement", f"{requirement.id} is untestable, so no server can be caught breaking it")
    program = Program(tuple(value["steps"]), tuple(value.get("fleets", ())))
    return Case(program, requirement.id, value["message"], value["seed"], str(file))


def _plainness(wrong: "ValidationError") -> tuple[bool, int]:
    """Rank what is wrong: the innermost first, since all around it is then wrong too."""
    return wrong.validator == "unevaluatedProperties", -len(wrong.absolute_path)


class _Wrong(Contradiction):
    """A case file of another form."""

    def __init__(self, file: Path, member: str, problem: str) -> None:
        problem = problem if len(problem) <= _SHOWN else f"{problem[:_SHOWN]}…"
        super().__init__(
            f"The case file {file} is invalid at {member}: {problem.rstrip('.')}. Expected the format of "
            f"spec/case.schema.json, format {FORMAT}. Correct it, or save it again with `fleet-contract explore`."
        )


def _load(file: Path) -> Any:
    expected = "Expected a file that `fleet-contract explore` saved. Correct --cases."
    try:
        return json.loads(read_text(file, "The case file", expected))
    except RecursionError:
        problem = "its values are nested too deeply"
    except ValueError as wrong:  # An integer of thousands of digits is none that Python reads.
        problem = str(wrong)
    raise Contradiction(f"The case file {file} is not JSON: {problem}. {expected}")


@cache
def _validator() -> "Validator":
    from fleet_contract.contract_tests.process.schemas import validator_of  # with it jsonschema is loaded

    return validator_of(json.loads(read("case.schema.json")))


def _member(path: Iterable[str | int]) -> str:
    """Return the path of a member as `steps[2].name`."""
    return re.sub(r"^\.", "", "".join(_steps(path))) or "its top level"


def _steps(path: Iterable[str | int]) -> Iterator[str]:
    for step in path:
        yield f"[{step}]" if isinstance(step, int) else f".{step}"
