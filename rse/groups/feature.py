"""What the groups feature declares."""

from rse.core.feature import Feature
from rse.groups import models

feature = Feature(name="groups")

__all__ = ["feature", "models"]
