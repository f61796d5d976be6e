from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.common.outbox import publish, publish_many
from apps.common.outbox.models import OutboxEvent
from apps.common.outbox.selectors import last_position, read_events
from apps.common.outbox.services import NotInTransaction, number_events, purge_events
from apps.common.outbox.tests.helpers import publish_one


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(NotInTransaction):
        publish(type="order.paid", subject="SC-1", data={})
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_its_transaction():
    def pay_and_fail() -> None:
        with transaction.atomic():
            publish(type="order.paid", subject="SC-1", data={})
            raise LookupError

    with pytest.raises(LookupError):
        pay_and_fail()
    assert read_events(after=0, limit=10) == []


@pytest.mark.django_db
def test_an_event_holds_its_full_type_and_data():
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    event = publish(type="order.paid", subject="SC-1", data={"paid_at": moment})
    event.refresh_from_db()
    assert event.type == "streamcart.order.paid.v1"
    assert event.data == {"paid_at": "2026-01-02T03:04:05Z"}
    assert event.event_id.version == 7
    assert event.position is None


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["", "paid", "Order.Paid", "order.paid ", "order..paid", "streamcart.order.paid.v1\n"])
def test_a_malformed_type_is_refused(kind):
    with pytest.raises(ValueError):
        publish(type=kind, subject="SC-1", data={})


@pytest.mark.django_db(transaction=True)
def test_numbering_inside_another_transaction_is_refused():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        number_events()


@pytest.mark.django_db(transaction=True)
def test_a_purged_position_is_never_given_again():
    publish_one("SC-1")
    old = read_events(after=0, limit=10)[-1].position
    OutboxEvent.objects.update(time=datetime(2020, 1, 1, tzinfo=UTC))
    assert purge_events(older_than=timedelta(days=30)) == 1
    assert last_position() == old
    publish_one("SC-2")
    assert [event.position > old for event in read_events(after=0, limit=10)] == [True]


@pytest.mark.django_db(transaction=True)
def test_purging_keeps_young_events():
    publish_one("SC-1")
    number_events()
    assert purge_events(older_than=timedelta(days=30)) == 0


@pytest.mark.django_db(transaction=True)
def test_many_events_are_one_statement_and_come_in_their_order(django_assert_num_queries):
    events = [("order.paid", f"SC-{number}", {"number": number}) for number in range(300)]
    with transaction.atomic(), django_assert_num_queries(1):
        publish_many(events)
    read = read_events(after=0, limit=1000)
    assert [event.data["number"] for event in read] == list(range(300))
    assert {event.type for event in read} == {"streamcart.order.paid.v1"}
    assert len({event.event_id for event in read}) == 300
    assert [event.position for event in read] == sorted(event.position for event in read)


@pytest.mark.django_db(transaction=True)
def test_many_events_outside_a_transaction_or_with_one_malformed_type_are_refused_altogether():
    with pytest.raises(NotInTransaction):
        publish_many([("order.paid", "SC-1", {})])
    with transaction.atomic():
        with pytest.raises(ValueError):
            publish_many([("order.paid", "SC-1", {}), ("Paid", "SC-2", {})])
        publish_many([])
    assert not OutboxEvent.objects.exists()
