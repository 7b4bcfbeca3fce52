"""Push in a browser: switched on in the settings, shown by the service worker, switched off. Its maker's service is played."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

SERVICE = """
PushManager.prototype.getSubscription = async () => window.held ?? null;
PushManager.prototype.subscribe = async options => {
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' };
  window.held = { options, unsubscribe: async () => { window.held = null; }, toJSON: () => ({ endpoint: 'https://push.example.com/one', keys }) };
  return window.held;
};
"""
SHOWN = "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.map(n => [n.title, n.data.url]))"


def test_a_browser_is_switched_on_shows_a_push_and_is_switched_off(open_whole: Callable[..., Page]) -> None:
    page = open_whole("amelie", "/accessibility", service_workers="allow", permissions=["notifications"])
    page.add_init_script(SERVICE)
    ids: list[str] = []
    worker = page.context.new_cdp_session(page)
    worker.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: ids.extend(r["registrationId"] for r in told["registrations"]),
    )
    worker.send("ServiceWorker.enable")
    page.goto("/settings/notifications")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    section = page.locator("#push")
    section.get_by_role("button", name="Activer dans ce navigateur").press("Enter")
    expect(section.get_by_text("Ce navigateur", exact=True)).to_be_visible()
    expect(section.get_by_role("button", name="Activer dans ce navigateur")).to_be_hidden()
    origin = page.evaluate("location.origin")
    data = json.dumps(
        {"title": "Karim a commenté", "body": "", "url": "/notifications", "tag": "post:1", "lang": "fr"}
    )
    told = {"origin": origin, "registrationId": ids[-1], "data": data}
    worker.send("ServiceWorker.deliverPushMessage", told)
    for _try in range(50):
        if page.evaluate(SHOWN):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(SHOWN) == [["Karim a commenté", "/notifications"]]
    section.get_by_role("button", name="Désactiver").press("Enter")
    expect(section.get_by_role("button", name="Activer dans ce navigateur")).to_be_visible()
    assert page.evaluate("localStorage.getItem('rse-push')") is None
    assert page.wrong == []  # type: ignore[attr-defined]
