"""Sharing a post into another place: a new post that quotes it, for those who may read it."""
