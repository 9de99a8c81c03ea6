"""The suite: checks drive any server by its URL, judges judge what it answered.

Knows the server only by its URL, and never the mock.
"""
