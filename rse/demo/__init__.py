"""The demo company: its people, groups and six months of conversation, and how to load and clear them."""
