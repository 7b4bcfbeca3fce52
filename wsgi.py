"""The entry point: `flask --app wsgi ...`, `gunicorn wsgi:app`."""

import os
import sys

from gevent import monkey

# Sockets and pages wait cooperatively where gunicorn serves them by gevent; commands and the worker do not.
if os.environ.get("RSE_ASYNC_MODE") == "gevent" and "gunicorn" in sys.modules:
    monkey.patch_all()

from rse.app import create_app
from rse.core import farewell, sweeping

app = create_app()
farewell.on_end()
sweeping.begin()
