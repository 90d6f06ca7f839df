"""PostgreSQL servers of our own: their programs, scratch clusters for proofs, the embedded database of a project."""
