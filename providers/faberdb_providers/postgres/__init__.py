"""PostgreSQL as faberdb sees it: its kinds of objects, how they are read, changed, and tried out on scratch."""
