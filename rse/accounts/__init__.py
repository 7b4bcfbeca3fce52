"""Who is who here: sign-in, sessions, roles, tokens, the audit log."""
