"""Polls: posts with options to choose from, by name or secretly."""
