"""Roll-ups, formulas and publication: for the job and the command line alone, no page imports it."""
