"""rse: an internal social network for companies."""
