"""The application: what a person or an editor starts."""
