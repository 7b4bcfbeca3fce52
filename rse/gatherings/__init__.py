"""Events: a date, a place or a link, who comes, and a file for the calendar."""
