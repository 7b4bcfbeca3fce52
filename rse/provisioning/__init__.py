"""How people get in without signing in: directory files and vocabularies."""
