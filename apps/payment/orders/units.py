"""Units of an order's lines, as requests name them: by the line's position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.payment.orders.models import OrderLine


def quantities_by_position(lines: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """`{position: quantity}` of validated lines; raises ValidationProblem for a line that is named twice."""
    quantities: dict[int, int] = {}
    for line in lines:
        if line["position"] in quantities:
            message = gettext("Name each line once.")
            raise ValidationProblem(message, errors={"lines": [message]})
        quantities[line["position"]] = line["quantity"]
    return quantities


def choose_units(
    lines: Iterable[OrderLine],
    quantities: Mapping[int, int],
    *,
    limit: Callable[[OrderLine], int],
    too_many: str,
    refusal: str,
) -> list[tuple[OrderLine, int]]:
    """The lines that are named by their positions, with how many units of each; at least one, at most `limit`.

    `too_many` is the translated sentence about a line, with `%(title)s` and `%(count)s`; `refusal` is about the whole.

    Raises ValidationProblem.
    """
    by_position = {line.position: line for line in lines}
    chosen, errors = [], {}
    for position, quantity in quantities.items():
        line = by_position.get(position)
        if line is None:
            errors[f"lines.{position}"] = [gettext("The order has no such line.")]
        elif not 1 <= quantity <= limit(line):
            errors[f"lines.{position}"] = [too_many % {"count": limit(line), "title": line.title}]
        else:
            chosen.append((line, quantity))
    if errors or not chosen:
        raise ValidationProblem(refusal, errors=errors or {"lines": [refusal]})
    return chosen
