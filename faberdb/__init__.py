"""faberdb: declare the PostgreSQL database you want; see, prove and apply what changes."""

__version__ = "0.1.0"
