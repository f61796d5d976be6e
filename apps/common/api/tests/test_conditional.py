"""Conditional requests: what If-Match must say, and what an ETag is made of."""

from __future__ import annotations

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.common.api.conditional import PreconditionRequired, entity_tag, if_match


def change(**headers: str) -> Request:
    return Request(APIRequestFactory().patch("/v1/things/1", {}, format="json", headers=headers))


def test_change_without_if_match_is_refused_where_it_is_required() -> None:
    with pytest.raises(PreconditionRequired) as refused:
        if_match(change(), is_required=True)
    assert refused.value.status == 428
    assert list(refused.value.errors or {}) == ["If-Match"]
    assert if_match(change(), is_required=False) is None


def test_star_matches_any_version_and_a_tag_is_passed_on() -> None:
    assert if_match(change(**{"If-Match": " * "}), is_required=True) is None
    assert if_match(change(**{"If-Match": '"3-abc"'}), is_required=True) == '"3-abc"'


def test_entity_tag_changes_with_content_and_version() -> None:
    tags = {
        entity_tag({"a": 1}),
        entity_tag({"a": 2}),
        entity_tag({"a": 1}, version=1),
        entity_tag({"a": 1}, version=2),
    }
    assert len(tags) == 4
    assert entity_tag({"a": 1}, version=7).startswith('"7-')
