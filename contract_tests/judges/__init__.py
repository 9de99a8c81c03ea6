"""The judges: pure functions of the history and what is known, one module a subject."""
