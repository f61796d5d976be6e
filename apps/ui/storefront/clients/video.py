"""What the storefront asks of video."""

from __future__ import annotations

from typing import Any

from apps.common.http import ServiceClient

client = ServiceClient("video", timeout=4.0)


def library(token: str) -> list[dict[str, Any]]:
    return client.get("/v1/library", params={"limit": 100}, token=token).json_or_raise()["results"]


def title(slug: str) -> dict[str, Any]:
    return client.get(f"/v1/titles/{slug}").json_or_raise()


def start_playback(token: str, slug: str) -> dict[str, Any]:
    return client.post(f"/v1/titles/{slug}/playback", token=token).json_or_raise()


def save_progress(token: str, slug: str, *, session: str, position: float) -> dict[str, Any]:
    body = {"session": session, "position_seconds": position}
    return client.put(f"/v1/progress/{slug}", body, token=token).json_or_raise()


def stop_playback(token: str, session: str) -> None:
    client.delete(f"/v1/playback/{session}", token=token)
