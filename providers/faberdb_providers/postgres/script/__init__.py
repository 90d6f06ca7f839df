"""SQL files that others wrote: split into statements, tried out one by one, and judged."""
