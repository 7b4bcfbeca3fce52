"""What the feed feature declares."""

from rse.core.feature import Feature
from rse.feed import cli, models

feature = Feature(name="feed", cli=(cli.imports,))

__all__ = ["feature", "models"]
