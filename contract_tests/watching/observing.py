"""What passes, as exchanges for the judge: in a thread of its own, so that no client waits for a verdict."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from fleet_contract.contract_tests.exchange import Caller, Exchange
from fleet_contract.contract_tests.hidden import codes_in, learn
from fleet_contract.contract_tests.judging.findings import Finding
from fleet_contract.contract_tests.judging.history import Facts
from fleet_contract.contract_tests.judging.judge import Judgement
from fleet_contract.contract_tests.network.codings import Miscoded, codings_of, decoded
from fleet_contract.contract_tests.recorded.archives import Entry, Headers
from fleet_contract.contract_tests.recorded.callers import LOGINS, key_of
from fleet_contract.contract_tests.recorded.concluding import Extent
from fleet_contract.contract_tests.recorded.logins import carried_in, keys_in
from fleet_contract.contract_tests.recorded.reading import Reader, is_of_an_operation, secrets_of
from fleet_contract.contract_tests.target.masking import Masker
from fleet_contract.contract_tests.target.target import Fixtures, Target
from fleet_contract.contract_tests.telling import named
from fleet_contract.contract_tests.watching.backlog import Backlog
from fleet_contract.contract_tests.watching.forwarding import Copy, Passed
from fleet_contract.contract_tests.watching.headers import Field
from fleet_contract.contract_tests.watching.window import Window

MOST_KEYS = MOST_CODES = 1_000  # that are kept out of reports; requests with further ones are not judged
_TOO_MANY = "which had an API key or a login beyond those that can be masked"
_TOO_MANY_CODES = "which showed an invitation code beyond those that can be masked"
Tell = Callable[[Finding, str], None]  # what is broken, and by which exchange in words, both without secrets


class Observer:
    """Judges what passes within a window, and tells what is broken as soon as it is seen."""

    def __init__(self, target: Target, most: int, tell: Tell) -> None:
        self._target, self._tell = target, tell
        self._began, self._clock = time.time(), time.monotonic()
        fixtures = target.fixtures if target.api_key else Fixtures(location=target.fixtures.location)
        self._fixtures = replace(fixtures, location_path=target.fixtures.location_path)
        self._carried = secrets_of(target)
        self._codes = set(target.fixtures.codes)
        self.told = Masker(self._codes)
        self._masker = Masker(self._carried, heir=self.told)
        self._owner = target.api_key.reveal() if target.api_key else None
        self._reader = Reader(self._caller_of, self._fixtures, self._masker, float("inf"))
        self._window = Window(Facts(self._fixtures, held=target.dialect, recorded=True), most)
        self._left_out: Counter[str] = Counter()
        self._number = 0
        self._backlog = Backlog()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.error = ""
        self._thread.start()

    @property
    def began(self) -> datetime:
        return datetime.fromtimestamp(self._began, UTC)

    @property
    def extent(self) -> Extent:
        """How much was judged so far."""
        return Extent(self._window.judged, time.monotonic() - self._clock)

    def note(self, passed: Passed) -> None:
        """Take what passed, without its bodies where no operation has its path; where too much waits, only count it."""
        is_ours = is_of_an_operation(passed.target.partition("?")[0], self._fixtures)
        self._backlog.add(passed if is_ours else replace(passed, sent=Copy(0), received=Copy(0)))

    def conclude(self) -> Judgement:
        """Judge what still waits, and return what all came to."""
        self._backlog.end()
        self._thread.join()
        return self._window.judgement()

    @property
    def notes(self) -> list[str]:
        """What was not judged, and why."""
        lost = self._backlog.lost
        counted = {**self._left_out, **({"which came faster than they could be judged": lost} if lost else {})}
        total = self._number + lost
        left_out = [f"{count} of {total} requests, {why}" for why, count in counted.items()]
        return [*left_out, *(f"{what}: {count} of {total} requests" for what, count in self._window.disturbed.items())]

    def _work(self) -> None:
        for passed in self._backlog:
            try:
                self._judge(passed)
            except Exception as error:  # noqa: BLE001  (what follows is judged all the same, and the report tells it)
                self.error = self.error or f"{type(error).__name__}: {error}"

    def _judge(self, passed: Passed) -> None:
        self._number += 1
        entry = self._entry(passed)
        path = entry.url
        why = self._new_secrets(entry) or self._reader.left_out(entry, path)
        if why:
            self._left_out[why] += 1
            return
        exchange = self._reader.exchange(self._number, entry, path)
        if not self._learns_codes(exchange):
            self._left_out[_TOO_MANY_CODES] += 1
            return
        for finding in self._window.add(exchange):
            self._tell(finding.masked(self.told), named(exchange, self.told))

    def _new_secrets(self, entry: Entry) -> str:
        """Keep the keys of a request out of all that is written; say so where there are too many of them.

        A login counts once, in however many parts it is a secret.
        """
        new = carried_in(entry) - self._carried
        if len(self._carried) + len(new) > MOST_KEYS:
            return _TOO_MANY
        self._carried |= new
        self._masker.learn(*keys_in([entry]))
        return ""

    def _learns_codes(self, exchange: Exchange) -> bool:
        """Keep the codes that an exchange shows out of all that is written; say whether they are few enough for that.

        The window forgets the exchange, and a code may stand in the path of one long after it.
        """
        new = set(codes_in(exchange)) - self._codes
        if len(self._codes) + len(new) > MOST_CODES:
            return False
        self._codes |= new
        learn(self.told, exchange)
        return True

    def _caller_of(self, entry: Entry) -> Caller:
        """Say whose key a request carried: without a target's own, the first one that passes is the owner's."""
        key, other = key_of(entry), self._target.other_api_key
        if key is None:
            return Caller.SOMEBODY if any(entry.header(name) for name in LOGINS) else Caller.NOBODY
        if not key:
            return Caller.EMPTY
        self._owner = self._owner or key
        if key == self._owner:
            return Caller.OWNER
        return Caller.OTHER if other and key == other.reveal() else Caller.SOMEBODY

    def _entry(self, passed: Passed) -> Entry:
        headers = _texts(passed.headers)
        return Entry(
            method=passed.request.method.decode("latin-1"),
            url=passed.target,
            headers=_texts(passed.request.headers.raw_items()),
            body=_body(passed.sent),
            status=passed.status,
            response_headers=headers,
            response_body=_decoded(passed.received, headers),
            started=self._began + passed.started - self._clock,
            ended=self._began + passed.ended - self._clock,
            trouble="no response came",
        )


def _texts(fields: Iterable[Field]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)


def _body(copy: Copy) -> bytes | None:
    return bytes(copy.data) if copy.whole else None


def _decoded(copy: Copy, headers: Headers) -> bytes | None:
    """Return a body without its codings; None where it is too long, or not of the coding that it is labelled with."""
    packed = _body(copy)
    try:
        body, is_cut = decoded(packed or b"", codings_of(headers), copy.most, partial=False)
    except Miscoded:
        return None
    return None if packed is None or is_cut else body
