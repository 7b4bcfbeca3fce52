"""The ground that every feature stands on; it imports no feature."""
