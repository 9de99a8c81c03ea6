"""Measuring: one peer in one round, fresh, under each workload."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.figures import Figures
from bench.load import WORKLOADS, load
from bench.peer import Peer
from bench.served import Served, cpu_seconds, resident_megabytes, served

CONNECTIONS = (1, 32)
SECONDS_OF_WARMING = 1


class Extent(NamedTuple):
    """How long each workload lasts, in seconds; latency is measured where `latency` is true."""

    seconds: int
    latency: bool


def measured(peer: Peer, number: int, extent: Extent) -> Figures:
    """Return the figures of a peer in a round; raises NotHere, and ClickException where it does not do as expected."""
    mark = f"r{number}"
    with served(peer) as running:
        idle = resident_megabytes(running.pid)
        warm(running, peer.warm_up, mark)
        rates = {workload: rate(running, workload, extent.seconds, mark) for workload in WORKLOADS}
        latencies = {
            str(connections): load(running.target, "create", extent.seconds, connections, f"{mark}-{connections}")
            for connections in CONNECTIONS * extent.latency
        }
        return Figures(
            peer=peer.name,
            round=number,
            rates=rates,
            half={connections: each.half for connections, each in latencies.items()},
            most={connections: each.most for connections, each in latencies.items()},
            started=running.started,
            idle=idle,
            loaded=resident_megabytes(running.pid),
        )


def warm(running: Served, least: float, mark: str) -> None:
    """Load a peer with each workload, until it has used some CPU seconds.

    A JVM compiles itself meanwhile, however busy the machine is.
    """
    began, number = cpu_seconds(running.pid), 0
    while number == 0 or cpu_seconds(running.pid) - began < least:
        number += 1
        for workload in WORKLOADS:
            load(running.target, workload, SECONDS_OF_WARMING, CONNECTIONS[-1], f"{mark}-warm-{number}")


def rate(running: Served, workload: str, seconds: int, mark: str) -> float:
    """Return how many requests of a workload are answered in a CPU second."""
    before = cpu_seconds(running.pid)
    requests = load(running.target, workload, seconds, CONNECTIONS[-1], mark).requests
    return requests / (cpu_seconds(running.pid) - before)


def turns(peers: Sequence[Peer], rounds: int) -> Iterator[tuple[int, Peer]]:
    """Yield each peer once a round, with the number of the round: there and back, so that none is always first."""
    for number in range(rounds):
        yield from ((number, peer) for peer in (peers if number % 2 == 0 else reversed(peers)))
