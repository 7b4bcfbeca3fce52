"""Questions: posts that wait for an answer."""
