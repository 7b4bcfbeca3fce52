"""Profiles, departments with their history, the reporting line, skills and endorsements."""
