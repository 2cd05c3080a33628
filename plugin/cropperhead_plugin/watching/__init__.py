"""What the watch folder is made of: decisions as values, and the thin edges to the system."""
