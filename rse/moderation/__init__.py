"""The charter that everybody accepts, reports of content, the moderators' decisions and appeals."""
