"""The pages of those who administer: people, roles, tokens, audit, settings, jobs, and reads by two."""
