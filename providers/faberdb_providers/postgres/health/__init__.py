"""The health of a database and its server: what is checked, each check with its question and its judgement."""
