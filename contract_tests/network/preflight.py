"""The first look at a target: one harmless request that tells a wrong address or key from a server to judge."""

from urllib.parse import urlsplit

from fleet_contract.contract_tests.ending import Inconclusive
from fleet_contract.contract_tests.entries import ENTRIES
from fleet_contract.contract_tests.exchange import Answer, Exchange, NotJson, parse_json
from fleet_contract.contract_tests.network.disturbance import disturbance, is_html
from fleet_contract.contract_tests.network.printable import printable
from fleet_contract.contract_tests.network.route import proxy_url
from fleet_contract.contract_tests.network.troubles import ADVICE
from fleet_contract.contract_tests.target import API, Target

PATH = f"{API}/charging-keys?page_size=10"
PLAIN_PATH = f"{API}/charging-keys"
BAD_REQUEST = 400
TOO_MANY = 429
NO_ENTRY = (401, 403)


class Unreachable(Inconclusive):
    """No answer of the API came back."""


class KeyRefused(Inconclusive):
    """The server does not take the key under which the run works."""


class NotThisApi(Inconclusive):
    """Something answers at the base URL, but not this API."""


def might_be_about_the_query(exchange: Exchange) -> bool:
    """Say whether a server of this API may have refused only the query, with a page instead of JSON."""
    answer = exchange.answer
    return answer is not None and answer.status == BAD_REQUEST and bool(_not_this_api(answer))


def judge_preflight(exchange: Exchange, target: Target) -> None:
    """Raise Unreachable, KeyRefused or NotThisApi where it makes no sense to go on.

    Any other answer, a 500 too, is for the checks to judge.
    """
    answer = exchange.answer
    came_between = disturbance(exchange)
    if answer is None or came_between:
        todo = ADVICE.get(exchange.notes.get("cause", ""), "Look at what stands between here and there")
        raise Unreachable(f"{_asked(target)}: {came_between}. Expected any answer of the API. {todo}, and try again.")
    if answer.status in NO_ENTRY:
        raise KeyRefused(_refusal(answer, target))
    problem = _not_this_api(answer)
    if problem:
        raise NotThisApi(f"{_asked(target)} was answered {answer.status} {problem}")


def _asked(target: Target) -> str:
    proxy = urlsplit(proxy_url(target)).netloc.rpartition("@")[2]
    return f"GET {target.base_url}{PATH}" + (f" (through the proxy {proxy})" if proxy else "")


def _refusal(answer: Answer, target: Target) -> str:
    sent = "with the api_key" if target.api_key else "without a key, since none was given,"
    return (
        f"{_asked(target)} {sent} was answered {answer.status}. Expected the charging keys of its organization. "
        f"Set {ENTRIES['api_key'].variable}, or api_key in the target file, to a key that this server takes."
    )


def _is_json(answer: Answer) -> bool:
    try:
        parse_json(answer.body)
    except NotJson:
        return False
    return True


def _not_this_api(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return (
            f"with a redirect to {printable(answer.header('location') or 'nowhere')}. "
            f"No redirect is followed, so that no key goes astray. "
            f"Give the address at which the API itself answers as BASE_URL."
        )
    if is_html(answer) and not _is_json(answer) and answer.status < 500:
        return (
            "with an HTML page. Expected JSON. Correct BASE_URL: it is what stands before "
            f"{API}, a path prefix included, and no login page or portal."
        )
    return ""
