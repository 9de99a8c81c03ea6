"""The process: how it starts, is told to stop, writes and ends."""
