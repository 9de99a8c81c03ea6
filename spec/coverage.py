"""What became of every sentence of the guide, and of every silence of it; and how a newer guide differs.

`python -m fleet_contract.spec.coverage GUIDE.txt` prints the sentences of a copy that are new, changed or gone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from fleet_contract.spec.catalogue import Catalogue, Question, Requirement, catalogue
from fleet_contract.spec.files import Contradiction, load_ours
from fleet_contract.spec.sentences import Sentence, sections_of

_OF_A_SENTENCE = frozenset({"hash", "requirements", "questions", "untestable", "says-nothing", "example"})
_OF_A_SILENCE = frozenset({"text", "requirements", "questions", "not-judged"})
_STATED = "guide#"


@dataclass(frozen=True, slots=True)
class Covered:
    """A sentence of the guide without its text, and what was made of it.

    `untestable` is what no client can see of it; `says_nothing` is why it binds no
    server; `example` is the operation in whose examples the document shows it.
    """

    section: str
    ordinal: int
    hash: str
    requirements: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    untestable: str = ""
    says_nothing: str = ""
    example: str = ""

    @property
    def place(self) -> str:
        """Section and ordinal, as people point at it."""
        return f"{self.section} {self.ordinal}"

    @property
    def cited(self) -> tuple[str, ...]:
        """The ids of all that was made of it."""
        return (*self.requirements, *self.questions)


@dataclass(frozen=True, slots=True)
class Silence:
    """Something that the guide leaves open, and what was made of it."""

    text: str
    requirements: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    not_judged: str = ""


class Difference(StrEnum):
    """How a sentence of a newer guide differs from what is recorded."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


Guide = Mapping[str, tuple[Covered, ...]]
Differences = Iterator[tuple[Difference, Sentence | Covered]]


@cache
def guide() -> Guide:
    """Return the sentences by section; raises Contradiction where one is left open, or a source holds none."""
    sections = {
        section: tuple(_covered(section, ordinal, entry) for ordinal, entry in entries.items())
        for section, entries in load_ours("guide.yaml").items()
    }
    _require_whole(sections, catalogue())
    return MappingProxyType(sections)


@cache
def silences() -> tuple[Silence, ...]:
    """Return the silences of the guide; raises Contradiction if one of them became nothing."""
    return tuple(map(_silence, load_ours("silences.yaml")))


def sentences() -> Iterator[Covered]:
    """Yield every sentence of the guide, in its order."""
    return chain.from_iterable(guide().values())


def _covered(section: str, ordinal: int, entry: dict[str, Any]) -> Covered:
    place = f"guide.yaml: {section} {ordinal}"
    _require_known(place, entry, _OF_A_SENTENCE)
    covered = Covered(
        section,
        ordinal,
        entry["hash"],
        requirements=_ids(entry, "requirements", catalogue().requirement),
        questions=_ids(entry, "questions", catalogue().question),
        untestable=entry.get("untestable", ""),
        says_nothing=entry.get("says-nothing", ""),
        example=entry.get("example", ""),
    )
    _require_decided(place, covered.says_nothing, covered.requirements, covered.questions, covered.untestable)
    return covered


def _silence(entry: dict[str, Any]) -> Silence:
    place = f"silences.yaml: {entry['text']}"
    _require_known(place, entry, _OF_A_SILENCE)
    silence = Silence(
        entry["text"],
        requirements=_ids(entry, "requirements", catalogue().requirement),
        questions=_ids(entry, "questions", catalogue().question),
        not_judged=entry.get("not-judged", ""),
    )
    _require_decided(place, silence.not_judged, silence.requirements, silence.questions)
    return silence


def _ids(entry: dict[str, Any], name: str, get: Callable[[str], object]) -> tuple[str, ...]:
    ids = tuple(entry.get(name, ()))
    for id in ids:
        get(id)
    return ids


def _require_known(place: str, entry: dict[str, Any], known: frozenset[str]) -> None:
    for name in entry.keys() - known:
        raise Contradiction(f"{place}: {name!r} is not one of {', '.join(sorted(known))}.")


def _require_decided(place: str, nothing: str, *something: object) -> None:
    """Demand that an entry says why nothing was made of it, or what was made of it, and never both."""
    if bool(nothing) == any(something):
        raise Contradiction(f"{place}: state either what became of it or why nothing did.")


def _require_whole(sections: Guide, known: Catalogue) -> None:
    for section, found in sections.items():
        if [sentence.ordinal for sentence in found] != list(range(1, len(found) + 1)):
            raise Contradiction(f"guide.yaml: the sentences of {section} are not numbered from 1.")
    entries: tuple[Requirement | Question, ...] = (*known.requirements.values(), *known.questions.values())
    for entry in entries:
        if entry.source.startswith(_STATED):
            _require_cited(entry.id, entry.source.removeprefix(_STATED), sections)


def _require_cited(id: str, anchor: str, sections: Guide) -> None:
    """Demand that a sentence of the section that an anchor names, or of a part of it, cites an id."""
    if anchor not in sections:
        raise Contradiction(f"{id}: the guide has no section {anchor!r}.")
    within = [section for section in sections if f"{section}/".startswith(f"{anchor}/")]
    if not any(id in sentence.cited for section in within for sentence in sections[section]):
        raise Contradiction(f"{id}: guide.yaml cites it at no sentence of its source, {anchor}.")


def differences(recorded: Guide, copied: Mapping[str, Sequence[Sentence]]) -> Differences:
    """Yield the sentences that a copy of the guide has more, has otherwise, or lacks, section by section."""
    for section in dict.fromkeys((*copied, *recorded)):
        yield from _in_a_section(recorded.get(section, ()), copied.get(section, ()))


def _in_a_section(recorded: Sequence[Covered], copied: Sequence[Sentence]) -> Differences:
    matcher = SequenceMatcher(a=[each.hash for each in recorded], b=[each.hash for each in copied], autojunk=False)
    for word, i1, i2, j1, j2 in matcher.get_opcodes():
        if word == "equal":
            continue
        for before, after in zip_longest(recorded[i1:i2], copied[j1:j2]):
            if after is None:
                yield Difference.GONE, before
            else:
                yield (Difference.NEW if before is None else Difference.CHANGED), after


def to_text(difference: Difference, sentence: Sentence | Covered) -> str:
    """Return a difference as a line; of a sentence that is gone it tells what was made of it."""
    if isinstance(sentence, Sentence):
        said = sentence.text
    else:
        said = ", ".join(sentence.cited) or sentence.untestable or sentence.says_nothing
    return f"{difference:<8} {sentence.place}: {said}"


@click.command()
@click.argument("copy", metavar="GUIDE.txt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def main(context: click.Context, copy: Path) -> None:
    """Print which sentences of a copy of the guide are new, changed or gone. Exits 1 where there is one."""
    try:
        found = list(differences(guide(), sections_of(copy.read_text(encoding="utf-8-sig"))))
    except (OSError, ValueError) as wrong:
        raise click.UsageError(f"{copy}: {wrong}") from None
    for difference, sentence in found:
        click.echo(to_text(difference, sentence))
    count = sum(map(len, guide().values()))
    click.echo(
        f"{len(found)} of {count} sentences differ from spec/guide.yaml." if found else f"{count} sentences, all known."
    )
    context.exit(1 if found else 0)


if __name__ == "__main__":
    main()
