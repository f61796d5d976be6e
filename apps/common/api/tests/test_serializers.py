"""Serializers that services share."""

from __future__ import annotations

from rest_framework import serializers

from apps.common.api.serializers import StrictSerializer


class Mug(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField()


def test_unknown_and_read_only_fields_are_reported() -> None:
    mug = Mug(data={"title": "Mug", "titel": "Becher", "id": 7})
    assert not mug.is_valid()
    assert set(mug.errors) == {"titel", "id"}


def test_known_fields_are_accepted() -> None:
    mug = Mug(data={"title": "Mug"})
    assert mug.is_valid(), mug.errors
    assert mug.validated_data == {"title": "Mug"}
