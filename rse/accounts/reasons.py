"""Why a sign-in was refused, in words for the person who stands before the door."""

from dataclasses import dataclass
from typing import Any

from rse.core.i18n import lazy


@dataclass(frozen=True)
class Reason:
    """What happened, what to do about it, and whether trying again can help."""

    title: Any
    text: Any
    again: bool = True


STALE = Reason(
    lazy("This sign-in is no longer valid"),
    lazy(
        "It took too long, was used already, or began in another browser or window. "
        "Nothing is wrong: begin again."
    ),
)
CLOCK = Reason(
    lazy("This sign-in came too late"),
    lazy(
        "The answer of your organisation's sign-in service has expired. Begin again; if it happens "
        "every time, the clocks of the two services differ and IT can set them right."
    ),
)
DEACTIVATED = Reason(
    lazy("Your account is deactivated"),
    lazy(
        "You cannot come in any more. What you wrote is still there. If you think this is a mistake, "
        "ask your manager or IT to reactivate your account."
    ),
    again=False,
)
GUEST_ENDED = Reason(
    lazy("Your time as a guest is over"),
    lazy("Your last day has passed. Ask the colleague who invited you: they can have it extended."),
    again=False,
)
GUEST_DOMAIN = Reason(
    lazy("Guests from your organisation are not admitted"),
    lazy("This network admits guests from certain organisations only. Ask the colleague who invited you."),
    again=False,
)
INCOMPLETE = Reason(
    lazy("Your account could not be found or made"),
    lazy(
        "Your organisation's sign-in service knows you, but what it says about you is missing something or "
        "belongs to another account here. IT can see why with the reference below."
    ),
    again=False,
)
DECLINED = Reason(
    lazy("Your organisation's sign-in service said no"),
    lazy(
        "It did not confirm who you are. You may have cancelled, or may not have access to this application."
    ),
)
UNVERIFIED = Reason(
    lazy("We could not verify this sign-in"),
    lazy(
        "The answer that we received is not one that we can trust, so nobody was signed in. Begin "
        "again; if it happens every time, give the reference below to IT."
    ),
)
UNREACHABLE = Reason(
    lazy("Your organisation's sign-in service does not answer"),
    lazy(
        "We could not reach it to finish this sign-in. Try again in a minute; if it lasts, give the "
        "reference below to IT."
    ),
)
BY_CODE = {
    **dict.fromkeys(("used", "replay", "other_browser", "relay_state", "in_response_to"), STALE),
    **dict.fromkeys(("expired", "too_early"), CLOCK),
    **dict.fromkeys(("no_email", "email_taken", "known_otherwise", "name_id", "name_id_format"), INCOMPLETE),
    "deactivated": DEACTIVATED,
    "guest_ended": GUEST_ENDED,
    "guest_domain": GUEST_DOMAIN,
    "status": DECLINED,
    "wire": UNREACHABLE,
}


def reason_for(code: str) -> Reason:
    """Give what to tell a person about a refusal."""
    return BY_CODE.get(code, UNVERIFIED)
