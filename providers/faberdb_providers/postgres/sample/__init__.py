"""Rows that are made up for the proof: which, of which values, and how they get into scratch tables."""
