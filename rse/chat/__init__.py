"""Live discussion: conversations, messages, what was read, who is there."""
