"""Telling an intermediary's responses from the API's own, by what a run has seen of both. Pure.

HTML alone is no sign: many frameworks answer errors of their router in it. A sign is
a header or a page that says of itself that something refused the request on its way,
or a header that names who answered and that the API's own successes never carried.
Of a challenge to log in the API's own refusals tell whether it is theirs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from http import HTTPStatus
from typing import NamedTuple

from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson
from fleet_contract.contract_tests.hidden import holds_codes
from fleet_contract.contract_tests.process.printable import printable

# Each says of itself that the request was stopped on its way.
MITIGATIONS = frozenset(
    {
        "cf-mitigated",
        "x-amzn-waf-action",
        "x-vercel-mitigated",
        "x-sucuri-block",
        "x-squid-error",
        "x-deny-reason",
        "proxy-authenticate",
    }
)
# What pages of firewalls say of themselves.
_MITIGATING = re.compile(
    r"""mod_security | incapsula\ incident | (web\ application|sucuri\ website)\ firewall | your\ support\ id\ is
    | attention\ required!\ .\ cloudflare | errors\.edgesuite\.net | generated\ by\ wordfence | fortiguard""",
    re.VERBOSE | re.IGNORECASE,
)
# What an intermediary puts on all that passes it: where it passes the API's responses too, they carry it.
NAMES_OF_INTERMEDIARIES = re.compile(
    r"""proxy-(?!connection).+ | cf-ray | x-amzn-(requestid|errortype|trace-id) | x-amz-(apigw-id|cf-id|cf-pop)
    | x-akamai-.+ | akamai-.+ | x-iinfo | x-cdn | x-sucuri-id | x-varnish | x-served-by | x-cache | x-squid-.+
    | x-kong-.+ | x-azure-ref | x-datadome.* | x-zscaler-.+ | x-bluecoat-.+ | x-fastly-.+ | x-vercel-id""",
    re.VERBOSE,
)
WITHOUT_CONTENT = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)  # RFC 9110 (6.4.1)
HTML = ("text/html", "application/xhtml+xml")
KEPT = 2_000  # bytes of a response that is not the API's
_COMPARED = 200  # characters of what is compared
_LIKE_A_NUMBER = re.compile(r"\b\w*\d\w*\b")
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A response without JSON: two pages of one source are equal, whatever numbers and tokens they hold.

    `look` is what they are compared by, `shown` what a person is told of them.
    """

    status: int
    look: str
    shown: str = field(compare=False)


def page_in(exchange: Exchange) -> Page | None:
    """Return what the answer of an exchange looks like; no word is shown of one that may hold invitation codes."""
    answer = exchange.answer
    return page_of(answer, is_told=not holds_codes(exchange.request, answer)) if answer else None


def page_of(answer: Answer, *, is_told: bool) -> Page | None:
    """Return what a response looks like that holds no JSON; None for any other, and for JSON that is only broken.

    A response that can hold nothing looks like nothing. No word is shown of one that is not to be told.
    """
    look = _look_of(answer)
    if look is None:
        return None
    shown = f"{look.kind} {look.told}" if look.told and is_told else look.kind
    return Page(answer.status, without_numbers(look.text)[:_COMPARED], shown)


class _Look(NamedTuple):
    """What a page is, the text that tells it from others, and how that is told."""

    kind: str
    text: str
    told: str


def _look_of(answer: Answer) -> _Look | None:
    if answer.status in WITHOUT_CONTENT:
        return None
    if 300 <= answer.status < 400:
        location = (answer.header("location") or "").partition("?")[0]
        return _Look("a redirect", location, f"to {printable(location) or 'nowhere'}")
    if _is_json(answer) or (answer.is_declared_as_json and not is_html(answer)):
        return None
    text = " ".join(_TAGS.sub(" ", _beginning(answer)).split())
    kind = "an HTML page" if is_html(answer) else "a text" if text else "an empty body"
    text = title_of(answer) or text
    return _Look(kind, text, f"“{printable(text, 80)}”" if text else "")


def title_of(answer: Answer) -> str:
    """Return the title of an HTML page as text, on one line and unescaped; empty where it has none."""
    title = _TITLE.search(_beginning(answer)) if is_html(answer) else None
    return " ".join(unescape(title[1]).split()) if title else ""


def is_html(answer: Answer) -> bool:
    """Say whether the body is a page for people, by its label or by its beginning."""
    start = answer.body[:200].lstrip().lower()
    return answer.media_type in HTML or start.startswith((b"<!doctype html", b"<html"))


def _is_json(answer: Answer) -> bool:
    try:
        _ = answer.json
    except NotJson:
        return False
    return True


def _beginning(answer: Answer) -> str:
    return answer.body[:KEPT].decode("utf-8", "replace")


def without_numbers(text: str) -> str:
    """Return a text with one sign for each word that holds a digit: a number, a time, or an id of its own."""
    return _LIKE_A_NUMBER.sub("#", text)


class Signs:
    """Who answers usually: what the API's own successes say of the servers that they came from and through."""

    def __init__(self) -> None:
        self._usual: set[str] = set()
        self._is_known = False
        self._challenges: set[str] | None = None  # of the API itself; None until one of its refusals was seen

    def learn(self, answer: Answer) -> None:
        """Take a response for the API's own."""
        self._usual |= {sign for sign, _ in _signs(answer)}
        self._is_known = True

    def learn_refusal(self, answer: Answer) -> None:
        """Take the refusal of a request without a good key for the API's own."""
        self._challenges = (self._challenges or set()) | {scheme for scheme, _ in _challenges(answer)}

    def are_news(self, answer: Answer) -> bool:
        """Say whether there is anything to learn from a response."""
        return not self._is_known or any(sign not in self._usual for sign, _ in _signs(answer))

    def mitigation(self, answer: Answer) -> str:
        """Return the sign by which an intermediary says that it stopped the request, empty where there is none."""
        stopped = (shown for sign, shown in _signs(answer) if sign in MITIGATIONS and sign not in self._usual)
        return next(stopped, "") or _said_by_a_page(answer)

    def unusual(self, answer: Answer) -> str:
        """Return a sign that no success of the API carried, empty where there is none or no success was seen."""
        unusual = (shown for sign, shown in _signs(answer) if sign not in self._usual)
        named = next(unusual, "") if self._is_known else ""
        return named or ("" if self._challenges is None else self.challenge(answer))

    def challenge(self, answer: Answer) -> str:
        """Return a challenge to log in with which no refusal of the API was seen, empty where there is none."""
        return next((shown for scheme, shown in _challenges(answer) if scheme not in (self._challenges or ())), "")


def _challenges(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the schemes by which a refusal asks for a log-in, as they are compared and as they are shown."""
    for name, value in answer.headers:
        if answer.status == HTTPStatus.UNAUTHORIZED and name.lower() == "www-authenticate":
            scheme = value.split(maxsplit=1)[0] if value.strip() else ""
            yield scheme.lower(), _shown(name, scheme)


def _signs(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the signs of who answered, as they are compared and as they are shown."""
    for name, value in answer.headers:
        lower = name.lower()
        if lower == "server":
            yield f"server {_product(value)}", _shown(name, value)
        elif lower == "via":
            yield from ((f"via {_hop(hop)}", _shown(name, value)) for hop in value.split(","))
        elif lower in MITIGATIONS:
            yield lower, _shown(name, value)
        elif NAMES_OF_INTERMEDIARIES.fullmatch(lower):
            yield lower, f"the header {printable(name, 40)}"  # Its value may be another one each time.


def _said_by_a_page(answer: Answer) -> str:
    found = _MITIGATING.search(_beginning(answer)) if is_html(answer) else None
    return f"a page that says “{found[0]}”" if found else ""


def _product(server: str) -> str:
    """Return the name of a server without its version, which differs between machines of one kind."""
    return (re.split(r"[/\s(]", server.strip(), maxsplit=1)[0] or server).lower()


def _hop(via: str) -> str:
    """Return who a hop of Via is, whichever of its machines: `1.1 4f.cdn.net` and `1.1 9a.cdn.net` are one."""
    received_by = next(iter(via.split()[1:2]), via.strip()).partition(":")[0].lower()
    labels = received_by.split(".")
    return re.sub(r"\d+", "", ".".join(labels[1:] if len(labels) > 2 else labels))


def _shown(name: str, value: str) -> str:
    return f"{printable(name, 40)}: {printable(value, 80)}"


def is_success_in_json(answer: Answer) -> bool:
    return answer.succeeded and _is_json(answer)


def may_be_anothers(answer: Answer) -> bool:
    """Say whether a response can be anybody's but the API's: its own errors and its successes in JSON cannot."""
    return answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and not is_success_in_json(answer)


def taken_away(exchange: Exchange, why: str, *, perhaps: bool = False) -> Exchange:
    """Return an exchange that the API, perhaps, did not answer: what came is kept beside it, cut short."""
    foreign = exchange.answer
    if foreign is None:
        return exchange
    answered = "may have answered" if perhaps else "answered"
    trouble = f"something in front of the API {answered} {foreign.status} in its place ({why})"
    return replace(exchange, answer=None, foreign=replace(foreign, body=foreign.body[:KEPT]), trouble=trouble)
