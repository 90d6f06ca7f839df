"""Changes of a table that is in use: for each sort of change the statements that keep nobody waiting, one file each."""
