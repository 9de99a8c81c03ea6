"""The mock: a server that keeps the contract in any dialect, or breaks it on request.

Knows the contract, and never the suite.
"""
