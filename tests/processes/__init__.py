"""Whole commands as processes: how they end, and what they bear; `make processes` runs them."""
