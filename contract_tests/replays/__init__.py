"""Replays: what of a history shows a failure once more, sent again by the suite or by a script of curl."""
