"""The report of the peers: tables in Markdown, and a chart. Pure."""

from collections.abc import Mapping, Sequence
from statistics import StatisticsError, median

from bench.bars import Bar, svg
from bench.figures import Figures, of, ratio
from bench.load import WORKLOADS
from bench.peer import Peer, Share
from bench.peers import PEERS
from bench.peers.python import BARE, STOCK
from bench.tables import NONE, table

CHART_TITLE = "Requests per CPU second, in parts of a bare ASGI callable on uvicorn"


def page(figures: Sequence[Figures]) -> str:
    """Return the tables: what each does in a CPU second, what it does not do, and what else it costs."""
    measured = fastest_first(figures)
    if not measured:
        return "There is nothing to compare."
    return "\n\n".join([speed(measured, figures), limits(measured), costs(measured, figures)])


def fastest_first(figures: Sequence[Figures]) -> list[Peer]:
    """Return the peers of which there are figures, beside those of a bare ASGI callable."""
    names = {each.peer for each in compared(figures)}
    return sorted((PEERS[name] for name in names), key=lambda each: -ratio(figures, each.name))


def compared(figures: Sequence[Figures]) -> list[Figures]:
    """Return the figures of known peers in rounds that have a bare ASGI callable, as only its share says something."""
    rounds = {each.round for each in of(BARE, figures)}
    return [each for each in figures if each.peer in PEERS and each.round in rounds]


def left_out(figures: Sequence[Figures]) -> list[str]:
    """Return a line for each peer that is in no table."""
    shown = {each.peer for each in compared(figures)}
    return [
        f"{name} is left out: {f'no round of it has {BARE}' if name in PEERS else 'no such peer is known'}."
        for name in dict.fromkeys(each.peer for each in figures)
        if name not in shown
    ]


def speed(peers: Sequence[Peer], figures: Sequence[Figures]) -> str:
    head = ["server", "keeps", "checks", *WORKLOADS, "geometric mean", f"of {BARE}", f"times {STOCK}", "rounds"]
    rows = []
    for peer in peers:
        own = of(peer.name, figures)
        rates = [f"{median(each.rates[workload] for each in own):,.0f}" for workload in WORKLOADS]
        mean = f"{median(each.mean for each in own):,.0f}"
        ratios = [shown(figures, peer, BARE, 3), shown(figures, peer, STOCK, 1)]
        rows.append([titled(peer), peer.keeps, peer.checks, *rates, mean, *ratios, str(len(own))])
    return table(head, rows)


def limits(peers: Sequence[Peer]) -> str:
    return table(["server", "what it does not do"], [[peer.title, peer.lacks] for peer in peers if peer.lacks])


def costs(peers: Sequence[Peer], figures: Sequence[Figures]) -> str:
    head = ["server", "create, 1 connection: p50", "p99", "32: p50", "p99", "start", "memory idle", "loaded"]
    rows = []
    for peer in peers:
        own = of(peer.name, figures)
        latencies = [f"{middle(own, which, number):.2f} ms" for number in ("1", "32") for which in ("half", "most")]
        memory = [f"{median(each.idle for each in own):.0f} MB", f"{median(each.loaded for each in own):.0f} MB"]
        rows.append([peer.title, *latencies, f"{median(each.started for each in own):.2f} s", *memory])
    return table(head, rows)


def middle(figures: Sequence[Figures], which: str, connections: str) -> float:
    latencies: list[Mapping[str, float]] = [getattr(each, which) for each in figures]
    return median(each[connections] for each in latencies)


def chart(figures: Sequence[Figures]) -> str:
    """Return the ratios to a bare ASGI callable as bars, but for what no server in Python comes near; or nothing."""
    peers = [each for each in fastest_first(figures) if each.share is not Share.SERVER and each.name != "nginx"]
    bars = [Bar(each.title, ratio(figures, each.name), is_ours=each.share is Share.OURS) for each in peers]
    return svg(bars, CHART_TITLE) if bars else ""


def shown(figures: Sequence[Figures], peer: Peer, other: str, digits: int) -> str:
    """Return how often a peer does what another does, where any round has both."""
    try:
        return f"{ratio(figures, peer.name, other):.{digits}f}"
    except StatisticsError:
        return NONE


def titled(peer: Peer) -> str:
    return f"**{peer.title}**" if peer.share is Share.OURS else peer.title
