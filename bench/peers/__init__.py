"""Peers: each server that the mock is measured beside, in the file of what it runs on."""

from bench.peer import Peer
from bench.peers import java, native, node, python

PEERS: dict[str, Peer] = {each.name: each for module in (python, native, node, java) for each in module.PEERS}
