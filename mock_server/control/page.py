"""The page at /_mock/ui: its files, which no build makes and which load nothing of another host."""

from importlib import resources
from types import MappingProxyType

from fleet_contract.mock_server.control.problems import Problem
from fleet_contract.mock_server.messages import Answer

FIRST = "index.html"
MEDIA_TYPES = MappingProxyType(
    {
        "html": "text/html; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    }
)
# What the page may load and do (Content Security Policy 3; Trusted Types): no text of data ever becomes a part of it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = MappingProxyType(
    {
        "content-security-policy": POLICY,
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
)
_FILES = {each.name: each for each in resources.files(__package__).joinpath("ui").iterdir() if each.is_file()}


def file(name: str) -> Answer:
    """Return a file of the page; raises Problem where there is none of this name."""
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2])
    if name not in _FILES or media_type is None:
        raise Problem(404, "The page has no such file.")
    return Answer(200, {**HEADERS, "content-type": media_type}, _FILES[name].read_bytes())
