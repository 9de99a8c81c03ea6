"""Clients that two generators make of the document: they call all six operations, and their errors are typed."""
