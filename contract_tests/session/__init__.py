"""A session: from what is said beforehand to the exit code."""
