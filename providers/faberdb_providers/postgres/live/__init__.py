"""What a plan has before it in the live database: rows in its way, how much there is to do, who holds what it locks."""
