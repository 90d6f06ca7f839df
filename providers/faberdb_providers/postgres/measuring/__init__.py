"""What a statement does to others, as the server shows it on scratch."""
