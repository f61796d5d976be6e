"""The one port through which writers announce what they did, in the transaction that does it.

A topic is a kind of change. Writers call its `announce`; the apps above subscribe in their `AppConfig.ready`, each at
its place in `Order`, so that `products` imports none of them. Announcements are of many things at once: a subscriber
needs a few statements, however many there are. What a subscriber raises rolls the change back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from apps.catalog.products.models import Product

Status = Product.Status


class Order(IntEnum):
    """When subscribers are called: in the order of their locks (stock, then listings), events last."""

    STOCK = 1
    READ_MODEL = 2
    OUTBOX = 3


class Topic[**P]:
    """A kind of change and its subscribers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._subscribers: dict[Order, Callable[P, None]] = {}

    def subscribe(self, order: Order, subscriber: Callable[P, None]) -> None:
        """Raises ValueError when the position is taken."""
        if order in self._subscribers:
            raise ValueError(f"{self.name} has a subscriber at {order.name} already: {self._subscribers[order]!r}.")
        self._subscribers = dict(sorted({**self._subscribers, order: subscriber}.items()))

    @property
    def subscribers(self) -> dict[Order, Callable[P, None]]:
        """In the order in which they are called."""
        return dict(self._subscribers)

    def announce(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call the subscribers, in their order."""
        for subscriber in self._subscribers.values():
            subscriber(*args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductChange:
    """A product, with its parts, as it is after a change; `previous_status` is None for a new one."""

    product_id: uuid.UUID
    slug: str
    kind: str
    status: str
    previous_status: str | None
    may_have_new_variants: bool = False

    @property
    def event(self) -> str | None:
        """The event for other services; none for a product that stays hidden."""
        if self.status == Status.PUBLISHED:
            return "product.changed" if self.previous_status == Status.PUBLISHED else "product.published"
        return "product.withdrawn" if self.previous_status == Status.PUBLISHED else None


# Products or their parts were made or changed, each locked by its writer.
products_changed: Topic[[Sequence[ProductChange]]] = Topic("products_changed")
# Lists show something else of these products, although nobody edited them: ratings, the label of a choice.
listed_data_changed: Topic[[Collection[uuid.UUID]]] = Topic("listed_data_changed")
# Units of these products were sold or given back.
sales_counted: Topic[[Collection[uuid.UUID]]] = Topic("sales_counted")
# The availability that the shop displays of these products has changed.
availability_changed: Topic[[Collection[uuid.UUID]]] = Topic("availability_changed")
# A category, brand, attribute, choice, product type or collection was made, changed or deleted.
taxonomy_changed: Topic[[]] = Topic("taxonomy_changed")
