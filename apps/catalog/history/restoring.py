"""Writing of reverted changes, model by model, with all that a change of that model entails."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext

from apps.catalog.history import rows
from apps.catalog.history.rows import CannotRevert
from apps.catalog.history.selectors import Change
from apps.catalog.pages.models import Page
from apps.catalog.products import category_tree, rendering
from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.models import Brand, Category, Collection, Product, ProductImage
from apps.catalog.products.publication import record_change


def can_revert(thing: type[models.Model]) -> bool:
    """Whether changes of such things can be reverted."""
    return thing in (Product, Category, Brand, Collection, Page)


def write(thing: models.Model, changes: list[Change]) -> None:
    """Write the changes of a locked thing in the caller's transaction."""
    match thing:
        case Product():
            _write_product(thing, changes)
        case Category():
            _write_category(thing, changes)
        case Brand():
            rows.put_back(changes)
            thing.refresh_from_db()
            category_tree.record_rename(thing)
        case Collection():
            rows.remove(changes)
            rows.put_back(changes)
            taxonomy_changed.announce()
        case Page():
            rows.put_back(changes)
            # Caches compare it.
            Page.objects.filter(pk=thing.pk).update(updated_at=timezone.now())
        case _:
            raise CannotRevert(
                gettext("Changes of a %(verbose_name)s are reverted by hand.")
                % {"verbose_name": thing._meta.verbose_name}
            )


def _write_product(product: Product, changes: list[Change]) -> None:
    previous_status = product.status
    rows.remove(reversed(changes))
    rows.put_back(changes)
    for change in changes:
        if change.part.model is ProductImage and change.after and "file" in change.columns:
            image = ProductImage.objects.get(pk=change.row_id)
            rendering.expect_rendering(image)
            rendering.render_later(image)
    product.refresh_from_db()
    record_change(product, previous_status=previous_status)


def _write_category(category: Category, changes: list[Change]) -> None:
    """Texts first; then the tree gives it its name, its place and the paths of all that is below."""
    for change in changes:
        wanted = change.after or {}
        above, _, slug = wanted["full_path"].rpartition("/")
        parent = Category.objects.filter(full_path=above).first() if above else None
        if above and parent is None:
            raise CannotRevert(
                gettext("The category %(above)s that it belonged to is no longer there.") % {"above": above}
            )
        if parent and (parent == category or parent.is_descendant_of(category)):
            raise CannotRevert(gettext("The category %(above)s lies below this one now.") % {"above": above})
        if Category.objects.filter(full_path=wanted["full_path"]).exclude(pk=category.pk).exists():
            raise CannotRevert(gettext("There is another category %(wanted)s now.") % {"wanted": wanted["full_path"]})
        texts = {name: wanted[name] for name in change.columns if name not in ("full_path", "name", "slug")}
        Category.objects.filter(pk=category.pk).update(**texts)
        category.refresh_from_db()
        category.name, category.slug = wanted["name"], slug
        category_tree.save_category(category, parent=parent)
        taxonomy_changed.announce()
