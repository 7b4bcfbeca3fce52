"""Ideas: posts that are voted on, answered stage by stage, and may stand without a name."""
