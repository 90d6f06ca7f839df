"""Rows of seed files, and what becomes of them in a database."""
