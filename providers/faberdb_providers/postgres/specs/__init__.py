"""What users write of each kind in TOML: pydantic here, and nowhere in the kinds, which are loaded without it. A model
is made when a file mentions its kind first."""
