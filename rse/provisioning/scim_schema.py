"""The resources that SCIM serves here: what a client may send, and what the schemas say of it.

RFC 7643, section 4. What identity providers send beyond (photos, entitlements, certificates) is accepted and
left out: nothing here shows it.
"""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    CaseExact,
    ComplexAttribute,
    Extension,
    Mutability,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    Uniqueness,
)

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
Text = Annotated[str | None, Field(max_length=1000)]
Short = Annotated[str | None, Field(max_length=200)]

# What Microsoft Entra and Okta do beside the letter of the RFC, taken as they mean it.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Name(ComplexAttribute):
    """The parts of a name."""

    formatted: Short = None
    family_name: Annotated[str | None, Field(max_length=100)] = None
    given_name: Annotated[str | None, Field(max_length=100)] = None


class Email(ComplexAttribute):
    """An address; the primary one, else that of type work, is the one of the network."""

    value: Annotated[str | None, Field(max_length=254)] = None
    display: Short = None
    type: Short = None
    primary: bool | None = None


class PhoneNumber(ComplexAttribute):
    """A telephone number; that of type work is shown on the profile."""

    value: Short = None
    display: Short = None
    type: Short = None
    primary: bool | None = None


class Address(ComplexAttribute):
    """A postal address; the locality of that of type work is the site."""

    formatted: Text = None
    street_address: Text = None
    locality: Short = None
    region: Short = None
    postal_code: Short = None
    country: Short = None
    type: Short = None
    primary: bool | None = None


class GroupMembership(ComplexAttribute):
    """A group of the provider that the person is in; changed through the group."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class Manager(ComplexAttribute):
    """Whom the person reports to."""

    value: Annotated[str | None, Required.true, CaseExact.true, Field(max_length=254)] = None
    ref: Annotated[Reference["User"] | None, Required.false] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display_name: Annotated[str | None, Mutability.read_only] = None


class EnterpriseUser(Extension):
    """The enterprise extension; a department may be a path `Company / Division / Team`."""

    __schema__ = URN(ENTERPRISE)

    employee_number: Short = None
    cost_center: Short = None
    organization: Short = None
    division: Short = None
    department: Annotated[str | None, Field(max_length=600)] = None
    manager: Manager | None = None


class User(Resource[EnterpriseUser]):
    """A person."""

    __schema__ = URN(USER)

    user_name: Annotated[
        str | None, Uniqueness.server, Required.true, Field(min_length=1, max_length=254)
    ] = None
    name: Name | None = None
    display_name: Short = None
    nick_name: Short = None
    title: Short = None
    user_type: Short = None
    preferred_language: Short = None
    locale: Short = None
    timezone: Short = None
    active: bool | None = None
    emails: Annotated[list[Email] | None, Field(max_length=20)] = None
    phone_numbers: Annotated[list[PhoneNumber] | None, Field(max_length=20)] = None
    addresses: Annotated[list[Address] | None, Field(max_length=20)] = None
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None


class GroupMember(ComplexAttribute):
    """A person in a group; groups within groups are not kept."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true, Field(max_length=254)] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """A group of the identity provider."""

    __schema__ = URN(GROUP)

    display_name: Annotated[str | None, Required.true, Field(min_length=1, max_length=400)] = None
    members: Annotated[list[GroupMember] | None, Field(max_length=100_000)] = None
