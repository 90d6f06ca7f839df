"""PostgreSQL servers of our own: the programs found, scratch clusters for proofs, the embedded database of a project."""
