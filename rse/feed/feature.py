"""What the feed feature declares."""

from rse.core.feature import Feature
from rse.feed import cli, indicators, models

feature = Feature(name="feed", cli=(cli.imports,), activity=(indicators.activity,))

__all__ = ["feature", "models"]
