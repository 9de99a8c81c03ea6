"""Tests of the client, its target file and its curl lines, against small servers of their own."""
