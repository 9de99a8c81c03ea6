"""Specmatic's contract tests: as they come with our document, and generative ones with a document narrowed for it."""

import json
from functools import partial

from bench.contestant import DOCUMENT, KEY, Contestant, Ground, NoReport, Reading, Share
from bench.contestants.junit import read_junit
from bench.documents import with_refusals, write
from bench.npm import VERSIONS, package, program

REPORTS = "junit"
FILE = "TEST-junit-jupiter.xml"
PASSED, FAILED = 0, 1
PREFIX = "contractTest() > "
# It reports its use to its vendor. Its tests go over plain HTTP, so nothing else is lost with HTTPS.
QUIET = ("-Dspecmatic.disable.telemetry=true", "-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=9")
DICTIONARY = {"NewChargingKey": {"fleetId": "acme-corp-001"}}  # a key is put into a fleet that exists
ENVIRONMENT = {"ApiKey": KEY, "SPECMATIC_DISABLE_TELEMETRY": "true"}  # the key under the name of its security scheme


def as_it_comes(ground: Ground) -> list[str]:
    return _test(ground, str(DOCUMENT))


def tuned(ground: Ground) -> list[str]:
    (ground.folder / "openapi_dictionary.yaml").write_text(json.dumps(DICTIONARY))  # found by its name
    return _test(ground, write(with_refusals(), ground.folder / "openapi.json"))


def read(ground: Ground, code: int) -> Reading:
    """Return what the JUnit report says."""
    if code not in (PASSED, FAILED):
        raise NoReport("That is no exit code of a verdict.")
    tests, names = read_junit(ground.folder / REPORTS / FILE)
    return Reading(tests, frozenset(name.rpartition(PREFIX)[2] for name in names))


def _test(ground: Ground, document: str) -> list[str]:
    java = [
        program("java"),
        *QUIET,
        f"-Duser.home={ground.folder}",
        "-jar",
        str(package("specmatic") / "specmatic.jar"),
    ]
    return [*java, "test", document, f"--testBaseURL={ground.url}", f"--junitReportDir={REPORTS}"]


CONTESTANTS = (
    Contestant(
        name="specmatic",
        tool="specmatic",
        title="Specmatic, tuned",
        share=Share.SAMPLE,
        limit=300,
        version=partial(VERSIONS.__getitem__, "specmatic"),
        command=tuned,
        read=read,
        honest_runs=10,
        repeats=3,
        environment={**ENVIRONMENT, "SPECMATIC_GENERATIVE_TESTS": "true"},
        notes=(
            "`specmatic test` with generative tests, and a document narrowed for it: of the successes of each "
            "operation only that of the default mock, since each documented success becomes tests that expect it; the "
            "bodies of refusals described as the mock sends them, since an undescribed body is a forbidden one to it; "
            "unknown properties of a location allowed; examples by name, and a dictionary, so that it knows ids that "
            "exist.",
            "It draws other values in each run, and takes no seed that we found; some of them, of one character, are "
            "drawn twice, and refused. So a run that notices something is made three times, and only what fails each "
            "time counts; and the default mock is judged ten times.",
        ),
    ),
    Contestant(
        name="specmatic-as-it-comes",
        tool="specmatic",
        title="Specmatic, as it comes",
        share=Share.HONEST,
        limit=300,
        version=partial(VERSIONS.__getitem__, "specmatic"),
        command=as_it_comes,
        read=read,
        environment=ENVIRONMENT,
        notes=("`specmatic test spec/openapi.yaml` with the key, without generative tests.",),
    ),
)
