"""Rows of a file during the check."""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.catalog.imports.catalogue import ProductState, VariantState


@dataclass(slots=True)
class CheckedRow:
    """A row on its way through the check. `said` are its cells that are not empty, `after` what they mean.

    `numbers` are the columns whose cells the file keeps as numbers.
    """

    line: int
    sku: str
    said: dict[str, str]
    numbers: frozenset[str] = frozenset()
    variant: VariantState | None = None
    product: ProductState | None = None
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    slug: str = ""
    is_video: bool = False

    def refuse(self, column: str, sentence: str) -> None:
        self.errors.setdefault(column, []).append(sentence)

    def changes(self) -> dict[str, list[str]]:
        return {name: [self.before[name], after] for name, after in self.after.items()}
