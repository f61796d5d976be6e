"""Taking changes back: first planned, so that people see what it will do, then done as the plan says.

A plan brings rows back to what they were before a change, or before it and all that came after. Reverting a change
alone leaves what was changed since: where that touches the same facts it is refused with the reason. Everything is
written in one transaction that ends like any change of the thing, and is in the history itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.history import context, restoring, rows
from apps.catalog.history.descriptions import Names, describe_change
from apps.catalog.history.parts import parts_of
from apps.catalog.history.rows import CannotRevert
from apps.catalog.history.selectors import Change, change_at, changes_since
from apps.common.problems import Conflict, NotFound


class Scope(StrEnum):
    """What is reverted: the change alone, or everything from it on."""

    ALONE = "alone"
    SINCE = "since"


class PlanChanged(Conflict):
    slug, title = "revert-plan-changed", _("It was changed in the meantime")


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written: each change leads from what is now (`before`) to what was (`after`)."""

    thing: models.Model
    changes: list[Change]
    # Why it cannot be done; nothing when it can.
    obstacles: list[str]

    @property
    def fingerprint(self) -> str:
        """Hash of the planned changes; two plans with the same effect have the same."""
        said = [[change.part.name, change.row_id, change.before, change.after] for change in self.changes]
        return hashlib.sha256(json.dumps(said, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()


def plan_revert(thing: models.Model, *, at: datetime, scope: Scope) -> Plan:
    """What reverting the change of this moment would do. Raises NotFound when there is none."""
    changes = change_at(thing, at)
    if not changes:
        raise NotFound(gettext("There is no such change."))
    if scope is Scope.SINCE:
        changes = changes_since(thing, at)
    itself = parts_of(thing)[0]
    if any(change.part is itself and change.before is None for change in changes):
        words = gettext("This is how the %(verbose_name)s was made; there is nothing before it to go back to.") % {
            "verbose_name": itself.model._meta.verbose_name
        }
        return Plan(thing, [], [words])
    now = rows.current_rows(changes)
    backwards = [turned for change in changes if (turned := rows.turn(change, now))]
    names = Names(changes)
    obstacles = [
        f"{describe_change(change, names).title}: {reason}"
        for change in changes
        if (reason := rows.obstacle(change, now, is_alone=scope is Scope.ALONE))
    ]
    return Plan(thing, backwards, list(dict.fromkeys([*obstacles, *rows.missing(backwards), *rows.taken(backwards)])))


def revert(thing: models.Model, *, at: datetime, scope: Scope, fingerprint: str) -> None:
    """Do what the plan with this fingerprint says.

    Raises NotFound, PlanChanged when it would do something else by now, CannotRevert with the reason, and NotSellable
    when a published product would be left without a price.
    """
    try:
        with transaction.atomic(durable=True):
            locked = type(thing)._default_manager.select_for_update().get(pk=thing.pk)
            plan = plan_revert(locked, at=at, scope=scope)
            if plan.obstacles:
                raise CannotRevert(" ".join(plan.obstacles))
            if plan.fingerprint != fingerprint:
                raise PlanChanged(gettext("It was changed in the meantime. Check again what would be reverted."))
            context.note(reverts=at.isoformat())
            restoring.write(locked, plan.changes)
    except (ProtectedError, RestrictedError) as error:
        raise CannotRevert(_kept_by(error.args[1])) from error
    except IntegrityError as error:
        raise CannotRevert(
            gettext("The earlier values no longer fit the current ones, so nothing was changed. Edit them by hand.")
        ) from error


def _kept_by(objects: Iterable[models.Model]) -> str:
    kinds = sorted({str(item._meta.verbose_name_plural) for item in objects})
    return gettext("What the change added stands in %(kinds)s by now, so it cannot be taken away.") % {
        "kinds": " and ".join(kinds)
    }
