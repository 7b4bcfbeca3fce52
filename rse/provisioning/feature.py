"""What the provisioning feature declares."""

from rse.core.feature import Feature
from rse.provisioning import ldap_cli, tasks
from rse.provisioning.cli import imports

feature = Feature(name="provisioning", cli=(imports,))

__all__ = ["feature", "ldap_cli", "tasks"]
