"""The generated cases are the same in whatever process, beside whatever modules and settings."""

import os
import subprocess
import sys
from pathlib import Path

from fleet_contract.contract_tests.driving.generating import generated_cases
from fleet_contract.spec.document import document

SOURCE = Path(__file__).parents[2] / "src"

# Generates with every connection and every name look-up refused. Says what was made, and what Hypothesis draws when a
# value is not the simplest, which the document of today does not need.
PROGRAM = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise SystemExit(f"{event} {arguments}")
sys.addaudithook(refuse)
if "another" in sys.argv[1:]:
    import another
from fleet_contract.contract_tests.driving.generating import _undisturbed, generated_cases
from fleet_contract.spec.document import document
assert "schemathesis" not in sys.modules or "another" in sys.argv[1:]
cases = generated_cases(document())
assert generated_cases(document()) == cases, "the second call differs from the first"
with _undisturbed():
    from hypothesis import strategies
    from schemathesis.generation.hypothesis.examples import generate_many
    draws = generate_many(strategies.text(), 400)
print(ascii([cases, draws]))
"""

# A module as a consumer might have: full of constants, with profiles and hooks of its own.
ANOTHER = """
import random
import hypothesis
import schemathesis
WORDS = ["a constant of somebody else", "AAB", "acme", "zz", "0001"]
NUMBERS = [71, 4711, 99999, -5, 12.5]
from hypothesis import core, given, settings, strategies
from hypothesis.internal.conjecture import providers
@settings(max_examples=200, database=None)
@given(strategies.text())
def draw(text):
    pass
draw()
providers.AVAILABLE_PROVIDERS["theirs"] = "nowhere.Provider"
settings.register_profile("theirs", max_examples=7, derandomize=False, phases=(), backend="theirs")
settings.load_profile("theirs")
core.global_force_seed = 4711
random.seed(4711)
@schemathesis.hook
def map_case(context, case):
    case.headers["X-Theirs"] = "1"
    return case
@schemathesis.hook
def filter_body(context, body):
    return False
@schemathesis.hook
def before_load_schema(context, raw_schema):
    raw_schema["paths"].popitem()
@schemathesis.auth()
class Theirs:
    def get(self, case, context):
        return "theirs"
    def set(self, case, data, context):
        case.headers["Authorization"] = data
"""

SETTINGS = """
seed = 4711
[generation]
mode = "positive"
[phases.coverage]
unexpected-methods = ["DELETE", "PATCH"]
[parameters]
fleetId = "theirs"
"""


def generate_elsewhere(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTHONHASHSEED", "PYTHONPATH")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": f"{SOURCE}{os.pathsep}{folder}"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_cases_are_the_same_everywhere(tmp_path: Path) -> None:
    cases = generated_cases(document())
    (bare := tmp_path / "bare").mkdir()
    (full := tmp_path / "full").mkdir()
    (full / "another.py").write_text(ANOTHER)
    (full / "schemathesis.toml").write_text(SETTINGS)
    with (
        generate_elsewhere(bare, PYTHONHASHSEED="1") as plain,
        generate_elsewhere(full, "another", PYTHONHASHSEED="2", CI="true") as beside_another,
        generate_elsewhere(full, "another", PYTHONHASHSEED="3", SCHEMATHESIS_HOOKS="another") as hooked,
    ):
        said = [running.communicate() for running in (plain, beside_another, hooked)]
    assert not [
        errors for running, (_, errors) in zip((plain, beside_another, hooked), said, strict=True) if running.returncode
    ]
    assert said[0][0].startswith(f"[{cases!a}, [")
    assert said[0][0] == said[1][0] == said[2][0]
    assert not [*bare.glob(".hypothesis/examples"), *bare.glob(".hypothesis/constants")]
