"""What happens that concerns the counts: somebody is erased, and the job forgets what it counted of them."""

from dataclasses import dataclass

from rse.core.events import Event


@dataclass(frozen=True)
class PersonErased(Event):
    """A person was erased: the worker takes them out of the daily counts, which requests may not read."""

    person_id: int
