"""What the pages of an OpenID provider show: our addresses, and what this application is to the provider."""

from dataclasses import dataclass

from rse.accounts import oidc_flow
from rse.accounts.models import Provider


@dataclass(frozen=True)
class Ours:
    """The addresses to copy to the provider."""

    redirect_uri: str
    after_logout: str
    backchannel: str


@dataclass(frozen=True)
class Client:
    """What the provider calls this application; the secret is never shown."""

    id: str
    has_secret: bool
    scopes: str


def ours(base_url: str) -> Ours:
    """Give our addresses."""
    return Ours(oidc_flow.redirect_uri(base_url), f"{base_url}/signin", f"{base_url}/oidc/backchannel")


def client_of(row: Provider) -> Client:
    """Give what a provider's row holds of us."""
    scopes = " ".join(str(scope) for scope in (row.options or {}).get("scopes") or ())
    return Client(row.client_id, bool(row.client_secret), scopes)
