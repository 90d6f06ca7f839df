"""What ships with faberdb behind its entry points: database engines, and later clouds, backups and migration tools."""
