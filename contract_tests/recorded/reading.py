"""Exchanges as a judge reads them, made of entries: without any secret, and without what was not recorded whole."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus

from fleet_contract.contract_tests.exchange import Answer, Caller, Exchange, NotJson, Request, parse_json
from fleet_contract.contract_tests.judging.expectations.of_clients import ASKING_FOR_MORE, takes_json
from fleet_contract.contract_tests.judging.parsed_request import parse_request
from fleet_contract.contract_tests.network.outgoing import PATH, SECRETIVE
from fleet_contract.contract_tests.recorded.archives import Entry, Headers
from fleet_contract.contract_tests.recorded.callers import CallerOf, is_masked
from fleet_contract.contract_tests.recorded.logins import keys_in, sessions_in
from fleet_contract.contract_tests.target.masking import MASK, Masker
from fleet_contract.contract_tests.target.target import Fixtures, Target

CHECK = "the recording"  # what sent the requests, in the place of a check
# The headers of a request that a judge reads; all others are the client's own business.
TELLING = ("content-type", *ASKING_FOR_MORE)
NAMING = ("fleetId", "fleetName", "newName")  # the members of bodies that are compared with each other


class Reader:
    """Makes exchanges of entries. What has no end of its own ends at the `latest` moment, later than all others."""

    def __init__(self, caller_of: CallerOf, fixtures: Fixtures, masker: Masker, latest: float) -> None:
        self._caller_of, self._fixtures, self._masker, self._latest = caller_of, fixtures, masker, latest

    def left_out(self, entry: Entry, path: str) -> str:
        """Return why an entry is not judged, in words that go on behind `N requests,`; empty where it is."""
        why = _left_out(entry, path, self._fixtures)
        if why or not _has_secrets(self._masker_of(entry), path.encode(), entry.body or b""):
            return why
        return "which had an API key or a login in their path or body"

    def exchange(self, number: int, entry: Entry, path: str) -> Exchange:
        """Return an entry as an exchange; `path` is what stands below the base URL."""
        masker = self._masker_of(entry)
        headers = masker.pairs((name, value) for name, value in entry.headers if _is_telling(name, value))
        request = Request(entry.method, path, self._caller_of(entry), headers, entry.body or b"")
        answer, ended = _answer(entry, masker), min(entry.ended, self._latest)
        return Exchange(number, CHECK, request, entry.started, ended, answer, "" if answer else entry.trouble)

    def _masker_of(self, entry: Entry) -> Masker:
        return self._masker.with_more(sessions_in(entry))


def _answer(entry: Entry, masker: Masker) -> Answer | None:
    if not entry.status:
        return None
    body, headers = entry.response_body, _headers(entry.response_headers, masker)
    is_partial = entry.status == HTTPStatus.PARTIAL_CONTENT or _has_masks(body) or _has_secrets(masker, body or b"")
    if body is None or is_partial:
        return Answer(entry.status, headers, whole=False)
    return Answer(entry.status, headers, body)


def _headers(headers: Headers, masker: Masker) -> Headers:
    return tuple((name, MASK if SECRETIVE.search(name) else masker.text(value)) for name, value in headers)


def _has_secrets(masker: Masker, *texts: bytes) -> bool:
    return any(masker.bytes(each) != each for each in texts)


def secrets_of(target: Target | None, entries: Iterable[Entry] = ()) -> set[str]:
    """Return the API keys of a target, and what entries show of keys and logins."""
    known = [secret.reveal() for secret in (target.api_key, target.other_api_key) if secret] if target else []
    return {*known, *keys_in(entries)}


def is_of_an_operation(path: str, fixtures: Fixtures) -> bool:
    """Say whether an operation of this API has a path; that of a location counts where it is known."""
    request = parse_request(Request("GET", path, Caller.NOBODY), fixtures.location_path)
    is_guessed = request.operation == "get_location" and not fixtures.location  # its path is on no public page
    return not is_guessed and (bool(request.operation) or request.is_wrong_method)


def _left_out(entry: Entry, path: str, fixtures: Fixtures) -> str:
    """Return why an entry is not judged, empty where it is."""
    if not PATH.fullmatch(path) or not is_of_an_operation(path.partition("?")[0], fixtures):
        return "which went to other servers, or to paths that do not belong to this API"
    if entry.is_from_cache:
        return "which were answered by the client's cache"
    if entry.body is None:
        return "whose body was not recorded as sent"
    if _has_masks(entry.body) or any(is_masked(each) for each in path.partition("?")[0].split("/")):
        return "whose ids or names are masked"
    return ""


def _is_telling(name: str, value: str) -> bool:
    return name.lower() in TELLING or (name.lower() == "accept" and not takes_json(value))


def _has_masks(body: bytes | None) -> bool:
    try:
        value = parse_json(body) if body and body.strip() else None
    except NotJson:
        return False
    return any(is_masked(text) for name, text in _texts(value) if name in NAMING)


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Yield each text in a JSON value with the name of the member that has it."""
    left: list[tuple[str, object]] = [("", value)]
    while left:
        name, each = left.pop()
        if isinstance(each, dict):
            left += each.items()
        elif isinstance(each, list):
            left += ((name, item) for item in each)
        elif isinstance(each, str):
            yield name, each
