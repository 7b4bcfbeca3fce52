"""What is kept of a person: a copy of it for themselves, and the erasure of it."""
