"""Triggers: the classes of calls on which mutants fire."""
