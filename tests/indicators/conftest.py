"""A company with twelve weeks of life, published."""

import pytest

from rse.core import db
from rse.indicators import running
from tests.indicators.company import Company


@pytest.fixture
def company(request):
    """Life in the database of the test's application: `any_app` where it asks for it, else `app`."""
    request.getfixturevalue("any_app" if "any_app" in request.fixturenames else "app")
    made = Company(db.begin_write())
    made.live()
    db.commit()
    return made


@pytest.fixture
def published(company):
    company.weeks = running.rollup()
    return company
