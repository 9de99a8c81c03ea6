"""Peers in Python, the references that the mock is measured against, and other servers under both."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from urllib.request import Request, urlopen

from bench.documents import successes_only, write
from bench.peer import FLEETS, ROOT, Peer, Place, Share
from bench.pypi import REQUIREMENTS, path_of
from bench.references.keys import with_keys

BARE, STOCK, OURS = "bare ASGI", "stock Connexion", "fleet-mock"
UVICORN = ("--no-access-log", "--log-level", "error", "--loop", "uvloop", "--http", "httptools")
GRANIAN = ("--interface", "asgi", "--workers", "1", "--runtime-threads", "1", "--loop", "uvloop", "--no-ws")
DYNAMODB = FLEETS.with_name("dynamodb.lua")
TABLE = {
    "TableName": "fleets",
    "AttributeDefinitions": [{"AttributeName": "fleetId", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "fleetId", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
FLEET = {"TableName": "fleets", "Item": {"fleetId": {"S": "acme-corp-001"}, "fleetName": {"S": "Acme"}}}
Command = Callable[[Place], Sequence[str]]


def uvicorn(app: str) -> Command:
    return lambda at: (sys.executable, "-m", "uvicorn", app, "--port", str(at.port), *UVICORN)


def granian(app: str) -> Command:
    return lambda at: (sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(at.port), *GRANIAN, app)


def hypercorn(app: str) -> Command:
    return lambda at: (sys.executable, "-m", "hypercorn", "-k", "uvloop", "-b", f"127.0.0.1:{at.port}", app)


def our_server(_: str) -> Command:
    return lambda at: (sys.executable, "-m", "bench.references.on_our_server", str(at.port))


def fleet_mock(at: Place) -> Sequence[str]:
    return str(Path(sys.executable).with_name("fleet-mock")), "--port", str(at.port), "--ready-json"


def connexion_mock(at: Place) -> Sequence[str]:
    file = write(with_keys(successes_only()), at.folder / "openapi.json")
    where = ["--port", str(at.port), "--host", "127.0.0.1"]
    return sys.executable, "-W", "ignore", "-m", "connexion", "run", file, str(at.folder), "--mock=all", *where


def moto_server(at: Place) -> Sequence[str]:
    return sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(at.port)


def make_table(url: str) -> None:
    """Let moto have a table with one fleet."""
    for action, body in (("CreateTable", TABLE), ("PutItem", FLEET)):
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{action}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": "AWS4-HMAC-SHA256 Credential=demo/20260101/us-east-1/dynamodb/aws4_request, Signature=0",
        }
        urlopen(Request(url, json.dumps(body).encode(), headers), timeout=10).close()  # noqa: S310


def importing(*tools: str) -> Callable[[], Mapping[str, str]]:
    """Return what makes an environment in which these tools are imported, and the references."""
    return lambda: {"PYTHONPATH": os.pathsep.join([*map(path_of, tools), str(ROOT)])}


def on_a_server(app: str, server: str) -> Peer:
    """Return an application on a server of HTTP."""
    where, keeps, checks = APPS[app]
    return Peer(
        name=f"{app} on {server}",
        title=f"{app} on {server}",
        share=Share.SERVER,
        keeps=keeps,
        checks=checks,
        lacks="",
        command=SERVERS[server](where),
        environment=importing(*({server} & REQUIREMENTS.keys())),
    )


APPS = {
    "bare ASGI": ("bench.references.bare:app", "fleets", "by hand"),
    "the mock's application": ("bench.references.mock:app", "everything", "requests and responses"),
}
SERVERS = {"uvicorn": uvicorn, "the mock's server": our_server, "granian": granian, "hypercorn": hypercorn}
# The two that are left out are measured anyway.
ON_OTHER_SERVERS = [
    each
    for each in product(APPS, SERVERS)
    if each not in (("bare ASGI", "uvicorn"), ("the mock's application", "the mock's server"))
]
PEERS = (
    Peer(
        name=BARE,
        title=BARE,
        share=Share.REFERENCE,
        keeps="fleets",
        checks="by hand",
        lacks="One file of 60 lines that knows these four requests.",
        command=uvicorn("bench.references.bare:app"),
        environment=importing(),
    ),
    Peer(
        name=OURS,
        title=OURS,
        share=Share.OURS,
        keeps="everything",
        checks="requests and responses",
        lacks="",
        command=fleet_mock,
    ),
    Peer(
        name=STOCK,
        title=STOCK,
        share=Share.REFERENCE,
        keeps="fleets",
        checks="requests and responses",
        lacks="Three handlers over a dictionary; all else is Connexion's.",
        command=uvicorn("bench.references.stock:app"),
        environment=importing(),
    ),
    Peer(
        name="starlette",
        title="Starlette by hand",
        share=Share.REFERENCE,
        keeps="fleets",
        checks="by hand",
        lacks="What bare ASGI does, with Starlette's routes, requests and responses.",
        command=uvicorn("bench.references.by_hand:app"),
        environment=importing(),
    ),
    Peer(
        name="connexion-mock",
        title="connexion run --mock=all",
        share=Share.PEER,
        keeps="nothing",
        checks="requests",
        lacks="Forgets what is created, and answers examples; the document it is given has nothing but successes.",
        command=connexion_mock,
        environment=importing("connexion"),
    ),
    Peer(
        name="moto",
        title="moto 5.2, DynamoDB",
        share=Share.PEER,
        keeps="tables",
        checks="requests",
        lacks="Another API, as a model of a mock with state: an item is put, updated, got, and put without its key.",
        command=moto_server,
        environment=importing("moto"),
        script=DYNAMODB,
        first="/",
        prepare=make_table,
    ),
    *(on_a_server(app, server) for app, server in ON_OTHER_SERVERS),
)
