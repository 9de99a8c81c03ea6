"""Dredd: as it comes with our document, and with one that holds nothing but the successes of the default mock."""

from functools import partial

from bench.contestant import DOCUMENT, KEY, KEY_HEADER, Contestant, Ground, NoReport, Reading, Share
from bench.contestants.junit import read_junit
from bench.documents import successes_only, write
from bench.npm import VERSIONS, package, program

REPORT = "report.xml"
PASSED, FAILED = 0, 1


def as_it_comes(ground: Ground) -> list[str]:
    return _dredd(ground, str(DOCUMENT))


def tuned(ground: Ground) -> list[str]:
    return _dredd(ground, write(successes_only(), ground.folder / "openapi.json"))


def read(ground: Ground, code: int) -> Reading:
    """Return what the JUnit report says."""
    if code not in (PASSED, FAILED):
        raise NoReport("That is no exit code of a verdict.")
    return read_junit(ground.folder / REPORT)


def _dredd(ground: Ground, document: str) -> list[str]:
    node = [program("node"), str(package("dredd") / "bin" / "dredd")]
    reports = ["--reporter", "xunit", "--output", REPORT]
    return [*node, document, ground.url, "--header", f"{KEY_HEADER}: {KEY}", *reports]


CONTESTANTS = (
    Contestant(
        name="dredd",
        tool="dredd",
        title="Dredd, tuned",
        share=Share.SAMPLE,
        limit=120,
        version=partial(VERSIONS.__getitem__, "dredd"),
        command=tuned,
        read=read,
        notes=(
            "`dredd` with the key and a document narrowed for it: only the one success of each operation that the "
            "default mock answers to our examples, since it sends the same example for every documented answer; a new "
            "id in the example of a create, and no cursor in that of a page.",
        ),
    ),
    Contestant(
        name="dredd-as-it-comes",
        tool="dredd",
        title="Dredd, as it comes",
        share=Share.HONEST,
        limit=120,
        version=partial(VERSIONS.__getitem__, "dredd"),
        command=as_it_comes,
        read=read,
        notes=("`dredd spec/openapi.yaml` with the key.",),
    ),
)
