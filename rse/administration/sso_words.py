"""Identity providers in plain words: checks of a test sign-in, refusals, fields, who would be signed in."""

from typing import Any

from rse.core.i18n import lazy

CHECKS: dict[str, Any] = {
    "shape": lazy("The answer is well-formed, small enough and uses safe algorithms"),
    "encryption": lazy("The assertion is encrypted, as you asked"),
    "decryption": lazy("The assertion could be decrypted with our key"),
    "status": lazy("The provider says that the sign-in succeeded"),
    "issuer": lazy("The answer comes from this provider"),
    "signature": lazy("The assertion is signed with a certificate of the metadata"),
    "destination": lazy("The answer is addressed to us"),
    "request": lazy("The answer belongs to the question that we asked"),
    "audience": lazy("The assertion is meant for this application, and has an end"),
    "times": lazy("The assertion is valid at this moment"),
    "recipient": lazy("The confirmation names our address and has not expired"),
    "name_id": lazy("The person is named (NameID) in a format that is accepted"),
    "session": lazy("The provider's session has not ended"),
    "token": lazy("The provider gave a token for the code"),
    "claims": lazy("The token is signed, for us, fresh, and answers our question"),
    "userinfo": lazy("What the provider adds (userinfo) is about the same person"),
    "whole": lazy("The whole answer is accepted"),
    "replay": lazy("The assertion was never used before"),
    "account": lazy("The person has an account here, or can be given one"),
}
ADVICE: dict[str, Any] = {
    "audience": lazy("Set the audience (entity id, identifier) at the provider to our entity id."),
    "destination": lazy("Set the reply address at the provider to our ACS address, exactly."),
    "recipient": lazy("Set the reply address at the provider to our ACS address, exactly."),
    "signature": lazy("The provider signs with another certificate: refresh or replace its metadata here."),
    "unsigned": lazy("Have the provider sign the assertion itself, not only the response."),
    "algorithm": lazy("Have the provider use RSA with SHA-256; SHA-1 is refused."),
    "issuer": lazy("Another provider answered than the one that was asked: compare the entity ids."),
    "expired": lazy("The answer came too late: set the clocks of both machines by a time service (NTP)."),
    "too_early": lazy(
        "The provider's clock is ahead: set the clocks of both machines by a time service (NTP)."
    ),
    "status": lazy(
        "The provider refused: see its own log. Often the person has no access to the application."
    ),
    "name_id": lazy("Have the provider send a NameID for each person."),
    "name_id_format": lazy("Choose here the format of NameID that the provider sends, or change it there."),
    "not_encrypted": lazy(
        "Switch encryption on at the provider with our certificate, or take the wish back here."
    ),
    "one_assertion": lazy(
        "The provider encrypts with a certificate that is not ours: give it our metadata again."
    ),
    "in_response_to": lazy("The answer belongs to no question of ours: begin at the sign-in page."),
    "no_email": lazy("Have the provider send the e-mail address, or correct the mapping below."),
    "email_taken": lazy("Somebody here has this address already: allow linking for their domain below."),
    "known_otherwise": lazy("This account belongs to another person of a provider: end that tie first."),
    "deactivated": lazy("This account is deactivated: reactivate it on the page People."),
    "duplicate_attribute": lazy("The provider sends an attribute twice: correct its mapping there."),
    "code": lazy("Compare client id, client secret and redirect address with those at the provider."),
    "wire": lazy("This server cannot reach the provider: look at names, routes and firewalls."),
    "userinfo": lazy("The provider answers the userinfo request wrongly: see its own log."),
    "replay": lazy("The same assertion came twice: begin the test again."),
}
FIELDS: dict[str, Any] = {
    "uid": lazy("Login"),
    "email": lazy("E-mail address"),
    "given_name": lazy("Given name"),
    "family_name": lazy("Family name"),
    "display_name": lazy("Full name"),
    "title": lazy("Job title"),
    "department": lazy("Department"),
    "site": lazy("Site"),
    "phone": lazy("Telephone"),
    "manager": lazy("Manager"),
}
ACCOUNTS: dict[str, Any] = {
    "known": lazy("An account that this provider has opened before."),
    "joined": lazy("A known account; at the real sign-in it would be joined to this provider."),
    "created": lazy("Nobody yet; at the real sign-in an account would be made."),
}
LINKS: dict[str, Any] = {
    "none": lazy("Never: who is new here gets a new account"),
    "email": lazy("By e-mail address, for the domains below only"),
    "uid": lazy("By login: only where the provider's logins are ours"),
}
NAME_IDS: dict[str, Any] = {
    "persistent": lazy("Persistent (best: it never changes)"),
    "email": lazy("E-mail address"),
    "unspecified": lazy("Unspecified"),
}
MODES: dict[str, Any] = {
    "additive": lazy("They add: what a person has is never taken away"),
    "full": lazy("They decide: what the provider does not send any more is taken away"),
}
OTHER = lazy("Look at the detail, and compare the settings at the provider with ours.")


def advice(code: str) -> Any:
    """Give what to do about a refusal."""
    return ADVICE.get(code, OTHER)
