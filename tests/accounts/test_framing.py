"""Pages inside the intranet's frame: which cookies are sent there, and when that cannot work."""

from collections.abc import Callable

import pytest

from tests.accounts.steps import Door

Doors = Callable[..., Door]


@pytest.mark.parametrize(
    ("ancestors", "same_site"),
    [
        ("'none'", "SameSite=Lax"),
        ("'self'", "SameSite=Lax"),
        ("https://intranet.example", "SameSite=None"),
        ("'self' https://intranet.example", "SameSite=None"),
    ],
)
def test_cookies_follow_the_setting(door: Doors, ancestors: str, same_site: str) -> None:
    here = door(base_url="https://rse.example", frame_ancestors=ancestors)
    answer = here.browser().get("/saml/login", base_url="https://rse.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    for part in (same_site, "Secure", "HttpOnly", "__Host-"):
        assert part in cookie
    page = here.browser().get("/signin", base_url="https://rse.example")
    assert f"frame-ancestors {ancestors}" in page.headers["Content-Security-Policy"]


def test_without_tls_cookies_stay_lax_and_the_check_says_so(door: Doors) -> None:
    here = door(frame_ancestors="https://intranet.example")
    (cookie,) = here.browser().get("/saml/login").headers.getlist("Set-Cookie")
    assert "SameSite=Lax" in cookie
    assert "RSE_FRAME_ANCESTORS" in here.run("check").output
    assert "RSE_FRAME_ANCESTORS" not in door().run("check").output
