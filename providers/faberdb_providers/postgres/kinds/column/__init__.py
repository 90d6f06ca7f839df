"""Columns: one kind that tells more than one story."""
