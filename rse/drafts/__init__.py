"""Drafts kept on the server, one for each place, and posts that are published later."""
