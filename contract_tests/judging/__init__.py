"""Judging: pure functions of a history, from what a request asks for to what its answer breaks."""
