"""Programs: sequences of requests as plain data, that are drawn, saved, and sent to any server."""
