"""What the accounts feature declares."""

from rse.accounts import models, sessions
from rse.core.feature import Feature

feature = Feature(name="accounts", init=sessions.init)

__all__ = ["feature", "models"]
