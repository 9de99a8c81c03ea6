"""Tests of the README and the pages in docs: links, figures, names and settings are those of the code."""
