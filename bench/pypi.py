"""Tools that come from PyPI: pinned here, and installed beside this file on first use, apart from the environment."""

import subprocess
import sys

from bench.contestant import NotHere
from bench.npm import LONGEST_INSTALL, TOOLS

REQUIREMENTS = {
    "connexion": "connexion[flask,mock,swagger-ui,uvicorn]==3.3.0",
    "granian": "granian[uvloop]==2.8.9",
    "hypercorn": "hypercorn[uvloop]==0.18.0",
    "moto": "moto[server]==5.2.5",
}


def path_of(name: str) -> str:
    """Return the folder from which a tool is imported, which is installed if it is not there yet; raises NotHere."""
    requirement = REQUIREMENTS[name]
    folder = TOOLS / f"{name}-{requirement.rpartition('=')[2]}"
    if not folder.exists():
        print(f"Installing {requirement} into {folder}, once.", file=sys.stderr)
        unfinished = folder.with_suffix(".unfinished")
        command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--target"]
        done = subprocess.run(
            [*command, str(unfinished), requirement],
            capture_output=True,
            text=True,
            timeout=LONGEST_INSTALL,
            check=False,
        )
        if done.returncode:
            raise NotHere(f"pip could not install {requirement}: {' '.join(done.stderr.split())[:300]}")
        unfinished.rename(folder)
    return str(folder)
