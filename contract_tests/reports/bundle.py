"""All forms of a report in one archive, to be handed to support; secrets are masked in each."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_PACKAGES = ("fleet-contract", "pytest", "hypothesis", "schemathesis", "h11", "rich")
_YEAR = 1980  # the first that an archive can name: nothing of it changes from one run to the next


def to_bundle(parts: Mapping[str, str]) -> bytes:
    """Return a zip archive of texts by name, and of the versions of what made them."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, text in {**parts, "versions.txt": versions()}.items():
            info = ZipInfo(name, (_YEAR, 1, 1, 0, 0, 0))
            archive.writestr(info, text.encode("utf-8", "backslashreplace"), ZIP_DEFLATED)  # it is stored otherwise
    return packed.getvalue()


def versions() -> str:
    """Return the versions of Python and of the packages that a run rests on."""
    lines = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    return "\n".join([*lines, *(f"{name} {_version(name)}" for name in _PACKAGES)]) + "\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
