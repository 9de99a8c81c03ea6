"""Whole runs of the suite against many servers: told, selected, replayed, recorded, explored; `make runs` runs them."""
