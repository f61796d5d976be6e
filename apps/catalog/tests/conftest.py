"""Fixtures of the catalogue's tests."""

from __future__ import annotations

import itertools

import pytest
from celery import current_app

from apps.catalog.discovery import index as indexing
from apps.catalog.discovery.index import CatalogueIndex


@pytest.fixture(autouse=True, scope="session")
def _known_tasks() -> None:
    """As a worker does, import all tasks: what is sent by name then runs at once, like every other task."""
    current_app.loader.import_default_modules()


@pytest.fixture(autouse=True)
def _own_index(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts with an index that knows nothing.

    A test that is one transaction writes a row twice under one transaction id, which never happens to readers in life:
    its index is loaded again at each use, and nothing is kept. Tests with `real_index` commit, and see the real one.
    """
    indexing.index.forget()
    monkeypatch.setattr(indexing, "MAX_AGE", 0.0)
    if "real_index" in request.fixturenames:
        return
    refresh, moments = CatalogueIndex._refresh, itertools.count(1)

    def load_anew(index: CatalogueIndex) -> None:
        index.forget()
        refresh(index)
        index._last_moment = next(moments)

    monkeypatch.setattr(CatalogueIndex, "_refresh", load_anew)


@pytest.fixture
def real_index(transactional_db: None) -> CatalogueIndex:
    """The index as it works in life; the test commits what it writes."""
    return indexing.index
