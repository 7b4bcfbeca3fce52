"""What the people feature declares."""

from rse.core.feature import Feature
from rse.people import models

feature = Feature(name="people")

__all__ = ["feature", "models"]
