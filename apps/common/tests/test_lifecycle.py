from __future__ import annotations

import pytest

from apps.common import lifecycle


@pytest.fixture(autouse=True)
def _no_preparations_of_services(monkeypatch) -> None:
    monkeypatch.setattr(lifecycle, "_preparations", [])


def test_each_preparation_is_made_even_when_another_one_fails():
    made = []

    def fail() -> None:
        raise RuntimeError("the database is away")

    lifecycle.before_requests(lambda: made.append("first"))
    lifecycle.before_requests(fail)
    lifecycle.before_requests(lambda: made.append("last"))
    lifecycle.prepare_for_requests()
    assert made == ["first", "last"]
