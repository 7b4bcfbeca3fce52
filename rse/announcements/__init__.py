"""Announcements: said by those who may, perhaps acknowledged, kept on top until a day."""
