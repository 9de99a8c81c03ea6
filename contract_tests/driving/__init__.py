"""Driving: how checks call the operations, and what a check is."""
