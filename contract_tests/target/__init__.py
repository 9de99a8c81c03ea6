"""The target file: what it says of a server, of what a run may cost, and of what fails it."""
