"""What a database holds, read into objects: one snapshot of its catalogue."""
