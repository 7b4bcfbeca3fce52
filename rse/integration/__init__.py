"""Other programs: what happens is sent to them (webhooks), and they write in groups (incoming hooks)."""
