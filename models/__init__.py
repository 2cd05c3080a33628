"""Trained models, one folder each; data only."""
