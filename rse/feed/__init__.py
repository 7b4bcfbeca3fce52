"""Posts, comments, reactions, mentions, and the home feed."""
