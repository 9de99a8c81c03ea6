"""Tests of what a user gets: the wheel in a project of their own, and the commands of make."""
