"""Files that people attach to what they write, and what is shown of the links in it."""
