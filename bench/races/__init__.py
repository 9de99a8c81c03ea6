"""Races: how often the suite catches a fast server that looks before it inserts."""
