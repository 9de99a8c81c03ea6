"""One project of somebody else, with our wheel, and one mock for all tests of a process."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .project import ROOT, Project, mock, succeed


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and the wheel from that, as a package index would get them."""
    folder = tmp_path_factory.mktemp("dist")
    succeed(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("theirs"))
    made.make(wheel)
    return made


@pytest.fixture(scope="session")
def url(project: Project) -> Iterator[str]:
    with mock(project.bin / "fleet-mock") as served:
        yield served
