"""Live traffic of a real client, forwarded to the server unchanged and judged as it passes."""
