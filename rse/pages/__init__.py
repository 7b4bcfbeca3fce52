"""Pages of groups: what a group knows, written together, with every version and who wrote it."""
