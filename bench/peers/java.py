"""Peers that run on the JVM."""

import json
from collections.abc import Sequence
from pathlib import Path
from shutil import copytree

from bench.documents import SUCCESSES
from bench.npm import package, program
from bench.peer import DOCUMENT, Peer, Place, Share

FILES = Path(__file__).with_name("files")
MEMORY = "-Xmx2g"
# WireMock as fast as it gets: nothing is journalled, logged or compressed.
TUNED = ("--no-request-journal", "--disable-request-logging", "--disable-gzip", "--async-response-enabled", "false")
QUIET = ("-Dspecmatic.disable.telemetry=true", "-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=9")


def wiremock(at: Place) -> Sequence[str]:
    jar = next((package("wiremock") / "build").glob("wiremock-standalone-*.jar"))
    copytree(FILES / "wiremock", at.folder, dirs_exist_ok=True)
    where = ["--port", str(at.port), "--bind-address", "127.0.0.1", "--root-dir", str(at.folder)]
    return program("java"), MEMORY, "-jar", str(jar), *where, "--disable-banner", *TUNED


def mockserver(at: Place) -> Sequence[str]:
    jar = next(package("mockserver-node").glob("mockserver-netty-*.jar"))
    expectations = at.folder / "expectations.json"
    expectations.write_text(
        json.dumps([{"specUrlOrPayload": DOCUMENT.as_uri(), "operationsAndResponses": SUCCESSES}]), encoding="utf-8"
    )
    settings = {"logLevel": "WARN", "localBoundIP": "127.0.0.1", "initializationJsonPath": expectations}
    properties = [f"-Dmockserver.{name}={value}" for name, value in settings.items()]
    return program("java"), MEMORY, *properties, "-jar", str(jar), "-serverPort", str(at.port)


def specmatic(at: Place) -> Sequence[str]:
    jar = package("specmatic") / "specmatic.jar"
    java = [program("java"), MEMORY, *QUIET, f"-Duser.home={at.folder}", "-jar", str(jar)]
    return *java, "stub", str(DOCUMENT), "--host", "127.0.0.1", "--port", str(at.port), "--noConsoleLog"


PEERS = (
    Peer(
        name="wiremock",
        title="WireMock 3.13, stubs by hand",
        share=Share.PEER,
        keeps="nothing",
        checks="bodies",
        lacks="Reads no document: stubs of ours hold a JSON Schema and templates. Forgets what is created.",
        command=wiremock,
        warm_up=12,
    ),
    Peer(
        name="mockserver",
        title="MockServer 8.0",
        share=Share.PEER,
        keeps="nothing",
        checks="requests",
        lacks="Forgets what is created; what is wrong with a request is not said: 404.",
        command=mockserver,
        answers={"refused": 404},
        warm_up=12,
    ),
    Peer(
        name="specmatic",
        title="Specmatic 2.55",
        share=Share.PEER,
        keeps="nothing",
        checks="requests",
        lacks="Forgets what is created, and answers examples or values drawn at random.",
        command=specmatic,
        answers={"create": 200},
        warm_up=12,
    ),
)
