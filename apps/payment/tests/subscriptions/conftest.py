"""A shop with plans."""

from __future__ import annotations

import pytest

from apps.payment.subscriptions.models import Plan
from apps.payment.tests.subscriptions.helpers import BASIC, MONTHLY, YEARLY, make_plan


@pytest.fixture
def plans(db) -> dict[str, Plan]:
    """A month for €7.99, a year for €79.90, and a cheaper month for €4.99; none has a trial."""
    return {
        MONTHLY: make_plan(MONTHLY, 799),
        YEARLY: make_plan(YEARLY, 7990, interval="year"),
        BASIC: make_plan(BASIC, 499, package="basic"),
    }
