"""What the provisioning feature declares."""

from rse.core.feature import Feature
from rse.provisioning.cli import imports

feature = Feature(name="provisioning", cli=(imports,))

__all__ = ["feature"]
