"""Exploring: random programs, budgeted and shrunk, judged by the judges of the gate and never mixed with it."""
