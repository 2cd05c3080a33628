"""Crop suggestions for photographs, and the sidecars that carry them."""
