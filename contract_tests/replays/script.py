"""A replay as a script of bash and curl: each time it is run it makes ids of its own."""

import shlex
from collections.abc import Iterator, Sequence

from fleet_contract.contract_tests.exchange import Exchange, Request
from fleet_contract.contract_tests.judging.listings import cursor_of
from fleet_contract.contract_tests.process.printable import capitalized, printable
from fleet_contract.contract_tests.replays.curl import Road, functions, keys_of, road_to, words_of
from fleet_contract.contract_tests.replays.cursors import Cursors, without_cursor
from fleet_contract.contract_tests.replays.marks import Marked
from fleet_contract.contract_tests.replays.replay import Replay
from fleet_contract.contract_tests.replays.resending import MOST_PAGES
from fleet_contract.contract_tests.replays.shell import VARIABLES
from fleet_contract.contract_tests.replays.steps import Step
from fleet_contract.contract_tests.target.target import Target

_PRECAUTION = "The first request repeats what another caller read before, in case the server kept its response."
_STATUS = r"-w '\n%{http_code}'"  # the status of a response behind its body
_SHOWN = 200  # characters of what is expected, in a comment
# For each request: its answer whole, decoded and apart from the next one; its path as it is.
_EACH = "each='--no-progress-meter -i --compressed --path-as-is --globoff -w \\n\\n'"

# The cursor as any server may write it, with blanks around the colon and escapes; printf undoes all but two of these.
_NEXT = """'"cursor"[[:space:]]*:[[:space:]]*"(([^"\\]|\\\\.)+)"'"""
# Says whether an answer has a cursor, and keeps it.
_HAS_NEXT = (
    f"next={_NEXT}",
    "has-next() {",
    "  cursor=; [[ $answer =~ $next ]] || return",
    r"  cursor=${BASH_REMATCH[1]//\\\///} cursor=${cursor//\\\"/\"}",
    '  printf -v cursor %b "$cursor"',
    "}",
)
_SHOW = "printf '%s\\n\\n' \"$answer\""


def script(replay: Replay, target: Target, mark: str) -> list[str]:
    """Return the lines of a script that shows a failure."""
    return list(_Writer(target, mark).lines(replay))


def _shown_by(replay: Replay) -> str:
    """Say which of the responses show a failure, and where there are several tries, by what."""
    last, is_chance = replay.steps[-1:], replay.tries > 1
    if _telling_status(replay):
        finding = replay.finding
        return f"A try shows it if its last response is {finding.got} instead of {_cut(finding.expected)}."
    compared = " in some tries: compare them with what was expected." if is_chance else "."
    if last and last[0].is_at_once:
        return f"The responses to the last calls, which are sent at once, show it{compared}"
    if last and last[0].is_list:
        return f"The pages that are read last show it{compared}"
    return (
        f"The last response shows it{' in some tries: compare its body with what was expected.' if is_chance else '.'}"
    )


def _telling_status(replay: Replay) -> str:
    """Return the status by which one try of several shows a failure; empty where the status alone does not tell."""
    last = replay.steps[-1:]
    if replay.tries == 1 or not last or last[0].is_at_once or last[0].is_list:
        return ""
    return replay.finding.got if replay.finding.got == str(last[0].exchanges[-1].status) else ""


class _Writer:
    def __init__(self, target: Target, mark: str) -> None:
        self._target = target
        self._road: Road = road_to(target)
        self._marked = Marked(mark)
        self._cursors = Cursors(())

    def lines(self, replay: Replay) -> Iterator[str]:
        finding = replay.finding
        yield "#!/usr/bin/env bash"
        yield f"# {finding.requirement}: expected {_cut(finding.expected)}, got {_cut(finding.got)}"
        yield f"# {_shown_by(replay)}"
        yield f"# {capitalized(replay.known.value)}."
        requests = [each.request for each in replay.exchanges]
        self._cursors = Cursors(replay.steps)
        if replay.needs_one_connection and self._cursors.keeps_any:
            yield "# They went over one connection; to follow its cursors, this script opens several."
        if replay.has_precaution:
            yield f"# {_PRECAUTION}"
        yield from _checks(functions(requests, keys_of(self._target)))
        yield from _HAS_NEXT if self._cursors.are_needed else ()
        yield f"url={shlex.quote(self._target.base_url)}"
        yield _EACH
        body = [*self._variables(requests), *self._sent(replay)]
        yield from body if replay.tries == 1 else _tried(body, replay.tries, _telling_status(replay))

    def _variables(self, requests: Sequence[Request]) -> Iterator[str]:
        """Yield what the mark of the run is replaced by."""
        used = {name for each in requests for name in self._marked.spellings(each)}
        if used:
            for name, made in VARIABLES.items():
                if name == "run" or name in used:
                    yield f"{name}={made}" + ("  # new ids each time" if name == "run" else "")

    def _sent(self, replay: Replay) -> Iterator[str]:
        together = list[Exchange]()
        for step in self._cursors.steps:
            is_plain = not step.is_list and not step.is_at_once and not self._cursors.kept(step.exchanges[0])
            if together and not (is_plain and replay.needs_one_connection and not step.pause):
                yield from self._one_after_another(together)
                together = []
            if step.pause:
                yield f"sleep {step.pause:.1f}"
            if is_plain:
                together += step.exchanges
            else:
                yield from self._alone(step)
        kept = {"before": "answer=$(", "after": f" {_STATUS})"} if _telling_status(replay) else {}
        yield from self._one_after_another(together, **kept)

    def _alone(self, step: Step) -> Iterator[str]:
        if step.is_at_once:
            return self._at_once(step)
        return self._pages(step) if step.is_list else self._keeping_cursors(step.exchanges)

    def _one_after_another(
        self, exchanges: Sequence[Exchange], options: str = "", after: str = "", before: str = ""
    ) -> Iterator[str]:
        """Yield one call of curl, which sends all over one connection."""
        for place, each in enumerate(exchanges):
            start = "  --next" if place else f"{before}curl{options}"
            end = after if each is exchanges[-1] else " \\"
            yield f"{start} $each {' '.join(self._words(each))}{end}"

    def _at_once(self, step: Step) -> Iterator[str]:
        if all(len(lane) == 1 for lane in step.lanes):
            calls = f" --parallel --parallel-immediate --parallel-max {len(step.lanes)}"
            yield from self._one_after_another(step.exchanges, calls)
            return
        for lane in step.lanes:
            if any(map(self._cursors.kept, lane)):
                yield from ("{", *self._keeping_cursors(lane), "} &")
            else:
                yield from self._one_after_another(lane, after=" &")
        yield "wait"

    def _keeping_cursors(self, exchanges: Sequence[Exchange]) -> Iterator[str]:
        """Yield a call of curl for each exchange, behind which its cursor is in a variable."""
        for each in exchanges:
            yield f"answer=$(curl $each {' '.join(self._words(each))})"
            yield _SHOW
            yield f"has-next; {self._cursors.kept(each) or 'cursor'}=$cursor"

    def _pages(self, step: Step) -> Iterator[str]:
        pages, first = step.exchanges, step.exchanges[0].request
        most = len(pages) if cursor_of(pages[-1]) else MOST_PAGES
        start, kept = self._cursors.followed(first), self._cursors.kept(pages[-1])
        yield f"more=({_following(start) if start else ''})"
        yield f"for page in {{1..{most}}}; do"
        words = self._words_of(without_cursor(first) if start else first)
        yield f'  answer=$(curl $each "${{more[@]}}" {" ".join(words)})'
        yield f"  {_SHOW}"
        yield "  has-next || break"
        yield f"  more=({_following('cursor')})"
        yield "done"
        if kept:
            yield f"{kept}=$cursor"

    def _words(self, exchange: Exchange) -> list[str]:
        request, cursor = exchange.request, self._cursors.followed(exchange.request)
        return [*self._words_of(without_cursor(request)), _following(cursor)] if cursor else self._words_of(request)

    def _words_of(self, request: Request) -> list[str]:
        return words_of(request, self._target.base_url, self._road, self._marked)


def _following(variable: str) -> str:
    """Return the options that ask for the page to which the cursor in a variable leads."""
    return f'-G --data-urlencode "cursor=${variable}"'


def _tried(body: Sequence[str], tries: int, status: str) -> Iterator[str]:
    """Yield what tries again and again: until the last response has a status that tells, where there is one."""
    yield f"# This failure is intermittent: expect it within {tries} tries."
    if status:
        yield f'shown="no try of {tries} showed it"'
    yield f"for try in {{1..{tries}}}; do"
    yield 'echo "--- try $try"'
    yield from body
    if status:
        yield _SHOW
        yield f"[[ $answer == *$'\\n'{status} ]] && shown=\"try $try of {tries} shows it\" && break"
    yield "done"
    if status:
        yield 'echo "$shown"'


def _checks(functions: Sequence[str]) -> Iterator[str]:
    """Yield what names each variable that a key is to be in, before the functions that print it."""
    for name in ("FLEET_API_KEY", "FLEET_OTHER_API_KEY"):
        if any(f"${name}" in each or f"${{{name}" in each for each in functions):
            yield f': "${{{name}:?Put the API key into it}}"'
    yield from functions


def _cut(text: str) -> str:
    return printable(text, _SHOWN).replace("\n", " ")
