"""Titles: made and changed by staff and imports."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from apps.common.countries import validate_country
from apps.common.problems import Conflict, ValidationProblem
from apps.common.translated import merged_translations
from apps.video.titles import rules
from apps.video.titles.models import Title
from apps.video.titles.services import relations
from apps.video.titles.services.locking import lock_title
from apps.video.titles.services.publishing import record_change


def create_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """A new title, as a draft. `parent` is a slug; `relations.write` says how credits and the like are given.

    Raises Conflict when there is one with this slug, however lately it came, and ValidationProblem as `rules` say.
    """
    with transaction.atomic():
        title = Title(slug=slug)
        columns = _assign(title, fields)
        try:
            with transaction.atomic():
                title.save(force_insert=True)
        except IntegrityError as error:
            if not Title.objects.filter(slug=slug).exists():
                raise
            raise Conflict(gettext("There is a title with this slug; change that one with PATCH.")) from error
        relations.write(title, {name: value for name, value in fields.items() if name not in columns})
    return title


def change_title(slug: str, *, fields: dict[str, Any], versions: Collection[int] | None = None) -> Title:
    """Change these of a title's facts and no others, as `create_title` takes them.

    Raises NotFound, PreconditionFailed, and ValidationProblem as `rules` say.
    """
    with transaction.atomic():
        title = lock_title(slug, versions=versions)
        columns = _assign(title, fields)
        title.save(update_fields=columns)
        relations.write(title, {name: value for name, value in fields.items() if name not in columns})
        record_change(title)
        return title


def save_title(slug: str, *, fields: dict[str, Any]) -> Title:
    """Make or change a title (an import)."""
    if not Title.objects.filter(slug=slug).exists():
        try:
            with transaction.atomic():
                return create_title(slug, fields=fields)
        except Conflict:
            # Another import was first.
            pass
    return change_title(slug, fields=fields)


def _assign(title: Title, fields: dict[str, Any]) -> list[str]:
    """Write columns to a row that is saved afterwards, in the same transaction; returns their names."""
    if not title._state.adding and fields.get("kind", title.kind) != title.kind:
        message = gettext("A title keeps its kind. Make a new title instead.")
        raise ValidationProblem(message, errors={"kind": [message]})
    columns = [name for name in fields if name not in relations.NAMES]
    for name in columns:
        setattr(title, name, _column_value(title, name, fields[name]))
    errors = rules.placement_errors(
        kind=title.kind, parent_kind=title.parent.kind if title.parent else None, number=title.number
    )
    errors |= rules.marker_errors(intro_start=title.intro_start, intro_end=title.intro_end)
    errors |= rules.window_errors(available_from=title.available_from, available_until=title.available_until)
    same_number = Title.objects.filter(parent=title.parent_id, number=title.number).exclude(pk=title.pk)
    if not errors and title.number is not None and same_number.exists():
        errors["number"] = [gettext("There is a number %(number)s already. Choose another.") % {"number": title.number}]
    if errors:
        raise ValidationProblem(gettext("Some facts cannot be used; see errors."), errors=errors)
    return columns


def _column_value(title: Title, name: str, value: Any) -> Any:
    """A column as the row keeps it."""
    if name == "parent":
        return _locked_parent(value)
    if name == "translations":
        return merged_translations(title, value)
    if name in ("countries", "available_countries"):
        return _countries(name, value)
    return value


def _locked_parent(slug: str | None) -> Title | None:
    """What a title shall belong to; its lock lets one after the other take a number below it."""
    if not slug:
        return None
    parent = Title.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if parent is None:
        message = gettext("There is no title “%(slug)s” that this could belong to.") % {"slug": slug}
        raise ValidationProblem(message, errors={"parent": [message]})
    return parent


def _countries(name: str, codes: list[str]) -> list[str]:
    """Codes of countries, each once. Raises ValidationProblem."""
    try:
        for code in codes:
            validate_country(code)
    except ValidationError as error:
        raise ValidationProblem(" ".join(error.messages), errors={name: error.messages}) from error
    return list(dict.fromkeys(codes))
