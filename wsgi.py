"""The entry point: `flask --app wsgi ...`, `gunicorn wsgi:app`."""

from rse.app import create_app

app = create_app()
