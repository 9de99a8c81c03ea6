"""The control API: what of a mock may be seen and changed while it runs, under /_mock."""
