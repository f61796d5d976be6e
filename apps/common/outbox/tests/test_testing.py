from __future__ import annotations

import pytest

from apps.common.outbox import Event, subscribe
from apps.common.outbox.handling import HandlerFailed, current_position
from apps.common.outbox.testing import deliver

pytestmark = pytest.mark.django_db


def test_a_delivered_event_reaches_its_handler_and_moves_the_position():
    got: list[Event] = []
    subscribe("payment", "order.paid")(got.append)
    event = deliver("payment", "order.paid", subject="SC-1", data={"lines": []})
    assert got == [event]
    assert current_position("payment") == event.position == 1


def test_delivering_what_nobody_handles_is_a_mistake_of_the_test():
    with pytest.raises(LookupError):
        deliver("payment", "order.paid", subject="SC-1", data={})


def test_exceptions_of_the_handler_are_raised():
    @subscribe("payment", "order.paid")
    def fail(event: Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(HandlerFailed) as caught:
        deliver("payment", "order.paid", subject="SC-1", data={})
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
