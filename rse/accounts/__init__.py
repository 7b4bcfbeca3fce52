"""Who people are to the application: sign-in, sessions, roles, tokens, audit log."""
