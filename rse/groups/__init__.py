"""Groups and clubs, who belongs to them, and how one gets in."""
