"""Migration tools whose migrations are SQL files: what each of them would run next."""
