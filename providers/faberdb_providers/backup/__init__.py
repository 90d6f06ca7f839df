"""Ways to back up and restore a database, behind the entry points `faberdb.backups`."""
