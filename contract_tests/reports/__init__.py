"""The reports: what a run came to, for people and for programs. Each module turns plain data into one form."""
