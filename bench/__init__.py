"""Our suite side by side with other tools: the same faults, the same dialects, the same rule for all."""
