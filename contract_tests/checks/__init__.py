"""The checks: what is sent to a server, one module a subject. They drive; the judges judge."""
