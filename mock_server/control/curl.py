"""Curl: a call as a line of bash that repeats it; the API key is taken from an environment variable.

The key reaches curl through a file descriptor, since every process list shows its arguments.
"""

import re
import shlex
from collections.abc import Iterator, Mapping

from fleet_contract.mock_server.access import HEADER as KEY
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.pseudonyms import SECRET_HEADERS
from fleet_contract.mock_server.store import MAIN
from fleet_contract.mock_server.worlds import HEADER as WORLD

VARIABLE = "FLEET_API_KEY"
LONGEST_BODY = 8 * 1024  # bytes, in a line that people copy
# What curl decides itself, and what came with the connection and not with the request.
OF_THE_CLIENT = re.compile(
    "accept-(encoding|language)|connection|content-(encoding|length)|expect|host|keep-alive|proxy-connection|referer|te"
    "|trailer|transfer-encoding|upgrade|user-agent|sec-.*|dnt|priority"
)
PLAIN = re.compile(rb"[ -~]*")
NEEDS_QUOTES = frozenset(b"%\\'")


def repeated(call: Call, origin: str, base_path: str = "") -> Mapping[str, str]:
    """Return the line that repeats a call, and a note of what is to be known about it, empty for nothing."""
    url = origin + base_path + call.raw_path + (f"?{call.raw_query.decode('latin-1')}" if call.raw_query else "")
    words = ["curl -sS -i", *_method(call), *_headers(call), *_body(call), *_url(url, origin)]
    return {"command": " ".join(words), "note": " ".join(_notes(call))}


def _method(call: Call) -> list[str]:
    usual = "POST" if call.raw_body else "GET"
    if call.method == "HEAD":
        return ["--head"]
    return [] if call.method == usual else [f"-X {shlex.quote(call.method)}"]


def _headers(call: Call) -> Iterator[str]:
    names = [name for name, _ in call.headers]
    for name, value in call.headers:
        if name == KEY:
            yield f"""-H @<(printf 'X-API-Key: %s\\n' "${VARIABLE}")""" if value else "-H 'X-API-Key;'"
        elif name in (*SECRET_HEADERS, WORLD) or OF_THE_CLIENT.fullmatch(name):
            continue
        elif (name, value) != ("accept", "*/*"):
            yield f"-H {shlex.quote(f'{name}: {value}' if value else f'{name};')}"
    if call.world != MAIN:
        yield f"-H {shlex.quote(f'Mock-World: {call.world}')}"
    if call.raw_body and "content-type" not in names:
        yield "-H 'Content-Type:'"  # or curl would send the type of an HTML form


def _body(call: Call) -> list[str]:
    body = call.raw_body
    if not body:
        return []
    if len(body) > LONGEST_BODY:
        return ["--data-binary @body"]
    if PLAIN.fullmatch(body) and not body.startswith(b"@"):
        return [f"--data-binary {shlex.quote(body.decode('ascii'))}"]
    escaped = "".join(chr(byte) if 32 <= byte < 127 and byte not in NEEDS_QUOTES else f"\\{byte:03o}" for byte in body)
    return [f"--data-binary @<(printf -- '{escaped}')"]


def _url(url: str, origin: str) -> Iterator[str]:
    if set("[]{}") & set(url):
        yield "--globoff"
    if "/." in url:
        yield "--path-as-is"
    target = url.removeprefix(origin)
    # In a URL curl takes # for the beginning of a fragment, which is never sent.
    is_odd = "#" in target or not target.startswith("/")
    yield f"--request-target {shlex.quote(target)} {shlex.quote(origin + '/')}" if is_odd else shlex.quote(url)


def _notes(call: Call) -> Iterator[str]:
    if call.header(KEY):
        owned = f"an API key of {call.tenant}" if call.tenant else "the key that was sent"
        yield f"Put {owned} into {VARIABLE} before."
    if any(name in SECRET_HEADERS for name, _ in call.headers):
        yield "Its headers with other secrets are left out."
    if len(call.raw_body) > LONGEST_BODY:
        yield f"Its body has {len(call.raw_body)} bytes: save it as the file body."
    if not call.raw_body and (call.header("content-length") or "0") != "0":
        yield "Its body was not read, and is left out."
