"""What the feed feature declares."""

from rse.core.feature import Feature
from rse.feed import models

feature = Feature(name="feed")

__all__ = ["feature", "models"]
