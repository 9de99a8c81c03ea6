"""The build hook of hatchling: the three folders at the top of the project become parts of one package.

A wheel holds copies of them; an editable install links them in `src/fleet_contract/`, where every tool finds them. The
links are made here since a repository cannot rely on them: a clone has none where Git may not make any.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("spec", "mock_server", "contract_tests")


class OnePackage(BuildHookInterface[Any]):
    """Puts the folders into `fleet_contract`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Link the folders for an editable install; have anything else include copies."""
        for name in FOLDERS:
            if version == "editable":
                _link(Path(self.root, "src", "fleet_contract", name))
            else:
                build_data["force_include"][name] = f"fleet_contract/{name}"


def _link(path: Path) -> None:
    """Make a link to the folder of the same name at the top; raises RuntimeError where no link can be made."""
    if path.is_dir():
        return
    try:
        path.unlink(missing_ok=True)
        path.symlink_to(Path("..", "..", path.name), target_is_directory=True)
    except OSError as wrong:
        raise RuntimeError(
            f"{path} cannot be made a symbolic link: {wrong.strerror}. An editable install needs one. "
            f"Move the checkout to a file system that has symbolic links, or install a copy: pip install ."
        ) from wrong
