"""What the service says of itself: configuration, schemas and resource types (RFC 7643, sections 5 to 7)."""

from typing import Any

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    ETag,
    Filter,
    Patch,
    ResourceType,
    SchemaExtension,
    ServiceProviderConfig,
    Sort,
)

from rse.provisioning.scim_read import MAX_COUNT
from rse.provisioning.scim_schema import ENTERPRISE, GROUP, USER, EnterpriseUser, Group, User


def _dumped(resource: Any) -> dict[str, Any]:
    written: dict[str, Any] = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return written


def _config() -> dict[str, Any]:
    return _dumped(
        ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
            filter=Filter(supported=True, max_results=MAX_COUNT),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=True),
            etag=ETag(supported=True),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="Bearer token",
                    description="A token of scope scim, made on the administration page",
                    primary=True,
                )
            ],
        )
    )


def _resource_types() -> dict[str, dict[str, Any]]:
    user = ResourceType(
        id="User", name="User", endpoint="/Users", description="A person", schema_=USER,
        schema_extensions=[SchemaExtension(schema_=ENTERPRISE, required=False)],
    )  # fmt: skip
    group = ResourceType(
        id="Group", name="Group", endpoint="/Groups", description="A group of the provider", schema_=GROUP
    )
    return {"User": _dumped(user), "Group": _dumped(group)}


CONFIG = _config() | {"meta": {"resourceType": "ServiceProviderConfig", "location": "/ServiceProviderConfig"}}
RESOURCE_TYPES = {
    name: item | {"meta": {"resourceType": "ResourceType", "location": f"/ResourceTypes/{name}"}}
    for name, item in _resource_types().items()
}
SCHEMAS = {
    str(model.__schema__): _dumped(model.to_schema())
    | {"meta": {"resourceType": "Schema", "location": f"/Schemas/{model.__schema__}"}}
    for model in (User, EnterpriseUser, Group)
}


def located(item: dict[str, Any], base: str) -> dict[str, Any]:
    """Give a document with its address."""
    return item | {"meta": item["meta"] | {"location": base + item["meta"]["location"]}}
