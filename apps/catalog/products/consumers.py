"""Consumers of other services' events."""

from __future__ import annotations

from apps.catalog.products.services.films import record_film
from apps.common.outbox import Event, subscribe


@subscribe("video", "title.ready", "title.returned")
def sell_film(event: Event) -> None:
    """The title can be watched, within its time; what products show of it. Events from before they had a version count
    as the oldest."""
    data = event.data
    record_film(
        data["title_slug"],
        version=data.get("version", 0),
        facts={
            "is_withdrawn": False,
            "is_on_offer": data.get("is_on_offer", True),
            "available_countries": data.get("available_countries", []),
            "runtime_seconds": data["runtime_seconds"],
            "languages": data["languages"],
            "captions": data["captions"],
            "trailer_url": data.get("trailer_url") or "",
        },
    )


@subscribe("video", "title.withdrawn")
def stop_selling_film(event: Event) -> None:
    record_film(event.data["title_slug"], version=event.data.get("version", 0), facts={"is_withdrawn": True})
