"""Traffic that was recorded or passes: what it may be said to show, and what not."""
