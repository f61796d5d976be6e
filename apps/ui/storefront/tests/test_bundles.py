"""Style sheets and scripts that are served as one file."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from apps.ui.storefront.bundles import BUNDLES, PACKED, STATIC, BundleFinder


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle_holds_its_parts_in_their_order(name: str) -> None:
    parts = [(STATIC / "storefront" / f"{part}{Path(name).suffix}").read_text() for part in BUNDLES[name]]
    assert Path(finders.find(name)).read_text() == "\n".join(parts)


def test_every_listed_bundle_has_a_file_for_servers_that_want_one() -> None:
    found = {name: Path(storage.path(name)).stat().st_size for name, storage in BundleFinder().list(None)}
    assert found.keys() == BUNDLES.keys() | PACKED.keys()
    assert all(size > 1_000 for size in found.values())


def test_other_names_are_not_found() -> None:
    assert BundleFinder().find("storefront/nothing.css") == []
