"""What runs the mock in containers, as far as it can be held to the code without a container engine.

`make deploy` installs the tools that look at it.
"""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Collection, Iterator
from importlib import metadata
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import httpx
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fleet_contract.contract_tests.target.target_file import read_target
from tests.mock.processes import free_port, start, stopped

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCKERFILE, COMPOSE = DEPLOY / "Dockerfile", DEPLOY / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
TOOLS = ROOT / "build" / "deploy" / "bin"
COMPOSE_SCHEMA = "vendor.compose-spec"
PORT = 8080

installed = pytest.mark.skipif(not TOOLS.is_dir(), reason="the tools are not installed: make deploy")


def ran(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def spoilt(file: Path, folder: Path, good: str, bad: str) -> Path:
    """Return a copy of a file with a fault in it."""
    text = file.read_text()
    assert good in text
    copied = folder / file.name
    copied.write_text(text.replace(good, bad, 1))
    return copied


# --- its form ------------------------------------------------------------------------------------


@installed
def test_hadolint_has_nothing_against_the_dockerfile(tmp_path: Path) -> None:
    done = ran(TOOLS / "hadolint", DOCKERFILE)
    assert (done.returncode, done.stdout) == (0, "")
    assert ran(TOOLS / "hadolint", spoilt(DOCKERFILE, tmp_path, ":3.13-slim-bookworm", "")).returncode != 0


def fits_compose(file: Path) -> bool:
    return ran(sys.executable, "-m", "check_jsonschema", "--builtin-schema", COMPOSE_SCHEMA, file).returncode == 0


def test_the_compose_file_fits_the_schema_of_compose(tmp_path: Path) -> None:
    assert fits_compose(COMPOSE)
    assert not fits_compose(spoilt(COMPOSE, tmp_path, "read_only: true", "read_only: [1]"))


@installed
def test_the_manifests_fit_the_schemas_of_kubernetes(tmp_path: Path) -> None:
    assert MANIFESTS
    done = ran(TOOLS / "kubernetes-validate", "--strict", *MANIFESTS)
    assert done.returncode == 0, done.stdout + done.stderr
    odd = spoilt(DEPLOY / "kubernetes" / "mock.yaml", tmp_path, "replicas: 3", "replica: 3")
    assert ran(TOOLS / "kubernetes-validate", "--strict", odd).returncode != 0


# --- the images ----------------------------------------------------------------------------------


def stages() -> dict[str, list[str]]:
    """Return the instructions of each stage of the Dockerfile, with those of the stage that it goes on from."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE))
    found: dict[str, list[str]] = {}
    for line in filter(None, text.splitlines()):
        if match := re.fullmatch(r"FROM (\S+) AS (\S+)", line):
            name = match[2]
            found[name] = list(found.get(match[1], ()))
        else:
            found[name].append(line)
    return found


def words(stage: str, instruction: str) -> list[str]:
    """Return the last instruction of its kind in a stage, which is a list in JSON."""
    line = [each for each in stages()[stage] if each.startswith(instruction)][-1]
    value: list[str] = json.loads(line[line.index("[") :])
    return value


@pytest.mark.parametrize("stage", ["mock", "suite"])
def test_an_image_runs_as_a_user_without_rights(stage: str) -> None:
    users = [line.split()[1] for line in stages()[stage] if line.startswith("USER")]
    assert users == ["10001:10001"]


def copied() -> list[str]:
    """Return what the Dockerfile copies out of the checkout."""
    lines = [line for stage in stages().values() for line in stage if line.startswith("COPY") and "--from" not in line]
    return sorted({word for line in lines for word in line.split()[1:-1]})


def test_what_the_dockerfile_copies_is_there_and_not_ignored() -> None:
    let_through = {
        line[1:] for line in DOCKERFILE.with_suffix(".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    for name in copied():
        assert (ROOT / name).exists(), name
        assert name in let_through or str(Path(name).parent) in let_through, name
    assert {name for name in let_through if name != "deploy/locks"} <= set(copied())


def left_out(folder: str, names: list[str]) -> list[str]:
    """Return what the ignore file leaves out of a folder."""
    return [name for name in names if name == "__pycache__" or Path(folder, name).is_symlink()]


def copy_into(folder: Path, name: str) -> None:
    if (ROOT / name).is_dir():
        copytree(ROOT / name, folder / name, ignore=left_out)
    else:
        copy(ROOT / name, folder / name)


def test_what_is_copied_makes_a_whole_wheel(tmp_path: Path) -> None:
    for name in copied():
        if not name.startswith("deploy/"):
            copy_into(tmp_path, name)
    made = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    done = ran(*made, tmp_path / "wheels", tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    data = (
        "mock_server/seed.yaml",
        "mock_server/control/ui/index.html",
        "spec/openapi.yaml",
        "contract_tests/session/session.py",
    )
    assert {f"fleet_contract/{file}" for file in data} <= names


@pytest.mark.parametrize("name", ["build", "mock", "suite"])
def test_an_image_installs_the_versions_of_the_lock(name: str) -> None:
    pins = re.compile(r"^([a-z0-9.\[\]_-]+==[^ ]+)(?= )", re.MULTILINE)
    locked = set(pins.findall((ROOT / "requirements.lock").read_text()))
    ours = pins.findall((DEPLOY / "locks" / f"{name}.lock").read_text())
    assert ours
    assert set(ours) <= locked, "make lock"


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("build", ["hatchling"]),
        ("mock", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["redis"]]),
        ("suite", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["suite"]]),
    ],
)
def test_an_image_installs_all_that_is_required_and_nothing_else(name: str, requirements: list[str]) -> None:
    text = re.sub(r"\\\n\s*--hash=\S+", "", (DEPLOY / "locks" / f"{name}.lock").read_text())
    locked = [Requirement(line) for line in text.splitlines() if line.strip() and line[0] != "#"]
    for_this_machine = {canonicalize_name(each.name) for each in locked if is_for_this_machine(each)}
    assert for_this_machine == set(required(requirements)), "make lock"


def required(requirements: list[str]) -> dict[str, set[str]]:
    """Return the packages that these requirements come to here, by what is installed, each with its extras."""
    found: dict[str, set[str]] = {}
    waiting = [(Requirement(each), frozenset[str]()) for each in requirements]
    while waiting:
        each, extras = waiting.pop()
        if not is_for_this_machine(each, extras):
            continue
        name = canonicalize_name(each.name)
        if name not in found or each.extras - found[name]:
            found.setdefault(name, set()).update(each.extras)
            waiting += [(Requirement(line), frozenset(found[name])) for line in metadata.requires(name) or ()]
    return found


def is_for_this_machine(requirement: Requirement, extras: Collection[str] = ()) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": each}) for each in ("", *extras))


# --- what runs -----------------------------------------------------------------------------------


def manifest(kind: str, name: str) -> Any:
    documents = [each for file in MANIFESTS for each in yaml.safe_load_all(file.read_text())]
    (found,) = [each for each in documents if each["kind"] == kind and each["metadata"]["name"] == name]
    return found


def container(name: str) -> Any:
    (found,) = manifest("Deployment", name)["spec"]["template"]["spec"]["containers"]
    return found


OPTIONS = {
    "Dockerfile": [],
    "compose": yaml.safe_load(COMPOSE.read_text())["services"]["mock"]["command"],
    "kubernetes": container("fleet-mock")["args"],
}


@pytest.fixture(params=OPTIONS)
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Give the port of a mock that was started with the options of one of the files."""
    program, *options = words("mock", "ENTRYPOINT")
    assert program == "fleet-mock"
    assert options == ["--host", "0.0.0.0", "--port", str(PORT)]  # noqa: S104  (as in a container)
    # Here it is kept to this machine.
    given = [*OPTIONS[request.param], "--host", "127.0.0.1", "--port", "0", "--ready-json"]
    with (tmp_path / "log").open("wb") as log, stopped(start(*given, stdout=subprocess.PIPE, stderr=log)) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["port"]


def is_healthy(port: int) -> bool:
    program, *arguments = words("mock", "HEALTHCHECK")
    assert program == "python"
    assert any(f":{PORT}/" in each for each in arguments)
    return ran(sys.executable, *(each.replace(f":{PORT}/", f":{port}/") for each in arguments)).returncode == 0


def test_each_file_starts_a_mock_that_its_checks_find_healthy(port: int) -> None:
    assert is_healthy(port)
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container("fleet-mock")[probe]["httpGet"]
        assert asked["port"] == "http"
        assert httpx.get(f"http://127.0.0.1:{port}{asked['path']}").status_code == 200


def test_the_health_check_fails_where_no_mock_is() -> None:
    assert not is_healthy(free_port())


def test_compose_lets_the_suite_judge_its_mock_at_full_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    suite = yaml.safe_load(COMPOSE.read_text())["services"]["suite"]
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    for name, value in suite["environment"].items():
        monkeypatch.setenv(name, value)
    target = read_target(DEPLOY / "target.toml")
    assert (target.host, target.place.port) == ("mock", PORT)
    assert (target.may_write, target.rate) == (True, 0.0)
    assert "$" not in str(suite["environment"]), "a key of another server is not the mock's"
    assert f"./target.toml:{suite['command'][suite['command'].index('--target') + 1]}:ro" in suite["volumes"]


# --- the manifests, one beside the other ---------------------------------------------------------


def test_three_mocks_share_a_redis_that_only_they_reach() -> None:
    deployment = manifest("Deployment", "fleet-mock")["spec"]
    assert deployment["replicas"] == 3
    (store,) = [each["value"] for each in container("fleet-mock")["env"] if each["name"] == "FLEET_MOCK_STORE"]
    redis = manifest("Service", "fleet-mock-redis")
    assert store == f"redis://{redis['metadata']['name']}:{redis['spec']['ports'][0]['port']}"
    (rule,) = manifest("NetworkPolicy", "fleet-mock-redis")["spec"]["ingress"]
    assert rule["from"][0]["podSelector"]["matchLabels"] == deployment["selector"]["matchLabels"]


def test_the_manifests_name_the_image_of_this_version() -> None:
    assert container("fleet-mock")["image"] == f"fleet-mock:{PROJECT['version']}"


@pytest.mark.parametrize("name", ["fleet-mock", "fleet-mock-redis"])
def test_a_service_leads_to_its_pods_which_have_no_rights(name: str) -> None:
    template = manifest("Deployment", name)["spec"]["template"]
    service = manifest("Service", name)["spec"]
    assert service["selector"].items() <= template["metadata"]["labels"].items()
    assert service["ports"][0]["targetPort"] in [each["name"] for each in container(name)["ports"]]
    assert template["spec"]["securityContext"]["runAsNonRoot"] is True
    inner = container(name)["securityContext"]
    assert inner["readOnlyRootFilesystem"] is True
    assert inner["allowPrivilegeEscalation"] is False
    assert inner["capabilities"] == {"drop": ["ALL"]}
    assert {"readinessProbe", "livenessProbe", "resources"} <= container(name).keys()
