"""What the demo feature declares."""

from flask import Flask

from rse.core.feature import Feature
from rse.demo.cli import demo, remove
from rse.provisioning import demo_data


def _offer(_app: Flask) -> None:
    """Let the imports of real people offer to remove the demo company first."""
    demo_data.on_clear(_remove)


def _remove() -> None:
    remove()


feature = Feature(name="demo", cli=(demo,), init=_offer)
