"""Which function handles which event of which service."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.module_loading import autodiscover_modules

TYPE_PREFIX = "streamcart."
TYPE_SUFFIX = ".v1"
# With each response of a feed: the position of its last event, so that readers know how far behind they are.
LAST_POSITION_HEADER = "X-Last-Position"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a handler sees it; `type` is the short name (`order.paid`), `position` its place in the feed."""

    id: uuid.UUID
    type: str
    source: str
    subject: str
    time: datetime
    data: dict[str, Any]
    position: int

    @classmethod
    def from_cloudevent(cls, body: dict[str, Any]) -> Event:
        """Raises ValueError when `body` is not a CloudEvent of this platform."""
        try:
            moment = parse_datetime(body["time"])
            if body["specversion"] != "1.0" or moment is None or not isinstance(body["data"], dict):
                raise ValueError("wrong specversion, time or data")
            return cls(
                id=uuid.UUID(body["id"]),
                type=body["type"].removeprefix(TYPE_PREFIX).removesuffix(TYPE_SUFFIX),
                source=body["source"],
                subject=body["subject"],
                time=moment,
                data=body["data"],
                position=int(body["position"]),
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"not a CloudEvent of StreamCart: {error!r}") from error


Handler = Callable[[Event], None]
_handlers: dict[str, dict[str, list[Handler]]] = {}


def subscribe(source: str, *types: str) -> Callable[[Handler], Handler]:
    """Call the decorated function for each event of `types` from the service `source`, in the feed's order.

    It runs inside the transaction that moves this service's position, so it writes to its own database only, and
    sends tasks and mail by `transaction.on_commit`. What it raises stops the source until it succeeds.
    """
    if not types:
        raise ValueError("subscribe() needs at least one event type, such as 'order.paid'.")

    def register(handler: Handler) -> Handler:
        for name in types:
            handlers = _handlers.setdefault(source, {}).setdefault(name, [])
            if handler not in handlers:
                handlers.append(handler)
        return handler

    return register


def discover() -> None:
    """Import the `consumers` module of every installed app, so that their subscriptions are known."""
    autodiscover_modules("consumers")


def sources() -> list[str]:
    """The services whose events this one handles."""
    return sorted(_handlers)


def handlers_for(event: Event) -> list[Handler]:
    """What to call for `event`, in the order of registration."""
    return _handlers.get(event.source, {}).get(event.type, [])
