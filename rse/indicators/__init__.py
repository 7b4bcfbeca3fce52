"""Indicators of engagement: figures of teams and of the company, never of a person."""
