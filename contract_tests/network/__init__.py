"""The one client that all checks use: limits, budgets, pace, masking, journal and ledger."""
