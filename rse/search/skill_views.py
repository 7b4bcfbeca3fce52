"""The page of a skill."""

from typing import Any

from rse.core import db
from rse.core.web import EMPLOYEE, page, route, viewer
from rse.search.current import asker
from rse.search.skills import skill_page
from rse.search.views import PER_MINUTE, blueprint


@route(blueprint, "/skills/<slug>", rule=EMPLOYEE, limit=PER_MINUTE)
def skill(slug: str) -> Any:
    """Show who holds a skill, where, what is asked about it and which skills are near."""
    return page("search/skill.html", skill=skill_page(asker(db.session(), viewer()), slug))
