"""Many write at once, on each database: numbers have no gap and nothing is there twice."""

import threading

import pytest

from tests.chat.conftest import World


@pytest.mark.postgres
def test_eight_write_at_once_without_a_gap(world: World) -> None:
    """Over REST, each in a thread and a transaction of their own; half of them send everything twice."""
    names = ["amelie", "karim", "sofia", "claire", "thomas", "ines"]
    place = world.conversation(*names)
    browsers = [world.browser(name) for name in [*names, "amelie", "karim"]]
    failures: list[str] = []

    def write(at: int) -> None:
        for n in range(12):
            body = {"body": f"{at}.{n}", "client_id": f"{at}-{n}"}
            for _ in range(1 + at % 2):
                answer = browsers[at].post(f"/api/v1/conversations/{place}/messages", json=body)
                if answer.status_code != 201:
                    failures.append(answer.text)

    threads = [threading.Thread(target=write, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = world.call("sofia", "GET", f"/conversations/{place}/messages?after_seq=0&limit=100").get_json()
    assert [m["seq"] for m in found["items"]] == list(range(1, 97))
    assert len({m["body"] for m in found["items"]}) == 96
    for at in range(8):  # each one's own messages are in their order
        own = [m["body"] for m in found["items"] if m["body"].startswith(f"{at}.")]
        assert own == [f"{at}.{n}" for n in range(12)]
    missed = world.call("sofia", "GET", f"/conversations/{place}/events?after=0&limit=500").get_json()
    assert [e["pos"] for e in missed["items"]] == list(range(1, 97))
