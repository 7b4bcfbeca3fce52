"""Notifications: who is told of what, in the page, by mail, and when not."""
