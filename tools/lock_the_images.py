"""Write what the images of deploy/Dockerfile install: parts of requirements.lock, in the same versions."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The name of a lock, and of what `uv pip compile` is to resolve for it.
LOCKS = {
    "build": ["-"],
    "mock": ["pyproject.toml", "--extra", "redis"],
    "suite": ["pyproject.toml", "--extra", "suite"],
}
HOW = """--constraint requirements.lock --quiet --universal --python-version 3.11 --generate-hashes --no-annotate
--no-emit-index-url --no-emit-find-links"""


def main() -> None:
    for name, what in LOCKS.items():
        command = [str(Path(sys.executable).parent / "uv"), "pip", "compile", *what, *HOW.split()]
        target = ["--custom-compile-command", "make lock", "--output-file", f"deploy/locks/{name}.lock"]
        subprocess.run([*command, *target], cwd=ROOT, input="hatchling\n", text=True, check=True)


if __name__ == "__main__":
    main()
