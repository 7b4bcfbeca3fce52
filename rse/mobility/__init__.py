"""Internal mobility: what a person is open to, shown to nobody unless they say to whom."""
