"""SQL that others wrote, as text: cut into statements, and told by its words."""
