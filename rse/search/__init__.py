"""Search: one page and one call for people, posts, groups and messages, and the finder of experts."""
