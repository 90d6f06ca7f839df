"""A whole database: held still, described, made anew beside another and put in its place."""
