"""Units of an order's lines, as requests name them: by the line's position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from apps.common.problems import ValidationProblem


def quantities_by_position(lines: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """`{position: quantity}` of validated lines; raises ValidationProblem for a line that is named twice."""
    quantities: dict[int, int] = {}
    for line in lines:
        if line["position"] in quantities:
            message = gettext("Name each line once.")
            raise ValidationProblem(message, errors={"lines": [message]})
        quantities[line["position"]] = line["quantity"]
    return quantities
