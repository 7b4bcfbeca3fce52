"""Input of groups, the same for the forms and the API."""

from typing import Literal

from pydantic import Field

from rse.core.api import Page, PublicId, Schema

Visibility = Literal["open", "closed", "secret"]
Purpose = Literal["professional", "social"]


Kind = Literal["", "project", "practice", "club", "department"]
Beginning = Literal["pages", "post", "templates"]


class NewGroup(Schema):
    """What a new group needs."""

    name: str = Field(min_length=3, max_length=120)
    description: str = Field("", max_length=2000)
    visibility: Visibility = "open"
    purpose: Purpose = "professional"
    kind: Kind = ""
    begin: list[Beginning] = Field(default_factory=list, max_length=3)


class GroupChanges(Schema):
    """What can be changed of a group; what is left out stays."""

    name: str | None = Field(None, min_length=3, max_length=120)
    description: str | None = Field(None, max_length=2000)
    visibility: Visibility | None = None
    purpose: Purpose | None = None
    archived: bool | None = None
    kind: Kind | None = None
    shade: int | None = Field(None, ge=0, le=5)
    pages_by: Literal["members", "staff"] | None = None
    rules: str | None = Field(None, max_length=4000)
    welcome: str | None = Field(None, max_length=2000)


class TemplateInput(Schema):
    """How posts of a group may begin."""

    name: str = Field(min_length=2, max_length=60)
    kind: Literal["message", "question"] = "message"
    title: str = Field("", max_length=200)
    body: str = Field(min_length=2, max_length=8000)


class Invitations(Schema):
    """Whom to invite."""

    person_ids: list[PublicId] = Field(min_length=1, max_length=100)


class InviteByLogin(Schema):
    """Whom to invite, as typed in the page's form: logins or e-mail addresses."""

    people: str = Field(min_length=2, max_length=2000)


class RoleChange(Schema):
    """A member's new role."""

    role: Literal["owner", "moderator", "member"]


class GroupsPage(Page):
    """Query of the directory of groups."""

    q: str = Field("", max_length=100)
    purpose: Literal["", "professional", "social"] = ""
    mine: bool = False


class MembersPage(Page):
    """Query of a group's members."""

    state: Literal["active", "asked", "invited"] = "active"
