"""What cannot be laid at the API's door: told from one exchange, and from what is usual on the way."""

from fleet_contract.contract_tests.exchange import Answer, Exchange

STATUSES = {
    407: "a proxy on the way asked for a login (407)",
    429: "the server asked for fewer requests (429)",
    502: "a gateway reached no server behind it (502)",
    503: "the service was unavailable (503)",
    504: "a gateway waited in vain for the server behind it (504)",
}
SIGNS_OF_A_PROXY = ("via", "proxy-", "x-squid-error")
HTML = ("text/html", "application/xhtml+xml")


def disturbance(exchange: Exchange) -> str:
    """Return what came between us and the API, or nothing when the answer is the API's own.

    The API's own 500 is its own.
    """
    answer = exchange.answer
    if answer is None:
        return exchange.trouble or "there was no answer"
    if answer.status in STATUSES:
        return exchange.trouble or STATUSES[answer.status]
    return exchange.trouble


def page_of_a_proxy(answer: Answer, usual: frozenset[str]) -> str:
    """Say that a proxy answered with a page of its own, or nothing where it did not.

    `usual` are the signs that the API's own answers carry too: behind a gateway that
    adds them to everything they tell nothing.
    """
    if is_html(answer) and signs_of_a_proxy(answer) - usual:
        return f"a proxy answered with a page of its own ({answer.status})"
    return ""


def is_html(answer: Answer) -> bool:
    """Say whether the body is a page for people, by its label or by its beginning."""
    start = answer.body[:200].lstrip().lower()
    return answer.media_type in HTML or start.startswith((b"<!doctype html", b"<html"))


def signs_of_a_proxy(answer: Answer) -> frozenset[str]:
    """Return the names of the headers, in lower case, that only something on the way adds."""
    names = {name.lower() for name, _ in answer.headers}
    return frozenset(name for name in names if name.startswith(SIGNS_OF_A_PROXY))
