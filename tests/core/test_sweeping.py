"""Garbage is looked for when many sockets have gone and nobody comes or goes, and from time to time."""

from rse.core import sweeping
from rse.core.sockets import Connected, Pass, Sockets
from rse.core.sweeping import Sweeper


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def _pass_by(held: Sockets, many: int, stay: int = 0) -> None:
    for n in range(many + stay):
        held.add(Connected(f"s{n}", n, Pass("session", n)))
    for n in range(many):
        held.remove(f"s{n}")


def _sweeper(held: Sockets, clock: Time) -> tuple[Sweeper, list[float]]:
    swept: list[float] = []
    return Sweeper(held, lambda: swept.append(clock.now), clock), swept


def test_it_waits_until_many_have_gone_and_it_is_quiet() -> None:
    held, clock = Sockets(), Time()
    sweeper, swept = _sweeper(held, clock)
    _pass_by(held, sweeping.MANY - 1)
    held.moved = clock.now - 100
    assert not sweeper.look()
    _pass_by(held, 1)
    held.moved = clock.now - 1
    assert not sweeper.look(), "one went a second ago"
    clock.now += sweeping.QUIET
    assert sweeper.look()
    assert not sweeper.look(), "those were counted"
    assert len(swept) == 1


def test_with_thousands_open_more_must_have_gone() -> None:
    held, clock = Sockets(), Time()
    sweeper, _swept = _sweeper(held, clock)
    _pass_by(held, sweeping.MANY, stay=4 * sweeping.MANY)
    held.moved = 0.0
    assert sweeper.look()
    _pass_by(held, sweeping.MANY, stay=8 * sweeping.MANY)
    held.moved = 0.0
    assert not sweeper.look()


def test_it_does_not_wait_for_quiet_without_an_end() -> None:
    held, clock = Sockets(), Time()
    sweeper, swept = _sweeper(held, clock)
    _pass_by(held, sweeping.MANY)
    for _second in range(int(sweeping.PATIENCE)):
        held.moved = clock.now
        assert not sweeper.look()
        clock.now += 1
    held.moved = clock.now
    assert sweeper.look()
    assert swept == [clock.now]


def test_pages_leave_something_too() -> None:
    clock = Time()
    sweeper, _swept = _sweeper(Sockets(), clock)
    clock.now += sweeping.AT_LEAST_EVERY - 1
    assert not sweeper.look()
    clock.now += 1
    assert sweeper.look()
