"""Answers in words get the keys that filters look for today: `Weiß` is `weiss`, no longer `wei`.

Rules of collections name the same keys. Listings follow by the job that refreshes those that are due; the previous
release reads and refreshes them as before.
"""

import unicodedata

from anyascii import anyascii
from django.db import migrations
from django.utils import timezone
from django.utils.text import slugify

BATCH = 1_000


def key_of(text):
    latin = anyascii(unicodedata.normalize("NFKC", text))
    return slugify(latin)[:80].strip("-_") or text.encode().hex()[:80]


def renew_keys(apps, schema_editor):
    alias = schema_editor.connection.alias
    AttributeValue = apps.get_model("products", "AttributeValue")
    Listing = apps.get_model("browse", "Listing")
    # What is ASCII has the key that it would get today.
    answers = AttributeValue.objects.using(alias).filter(text__regex=r"[^\x01-\x7f]").select_related("attribute")
    renamed = {}
    changed = []
    for answer in answers.order_by("pk").iterator(chunk_size=BATCH):
        if answer.key != (key := key_of(answer.text)):
            renamed[f"attr.{answer.attribute.code}", answer.key] = answer.key = key
            changed.append(answer)
    for start in range(0, len(changed), BATCH):
        batch = changed[start : start + BATCH]
        AttributeValue.objects.using(alias).bulk_update(batch, ["key"])
        products = {answer.product_id for answer in batch}
        Listing.objects.using(alias).filter(product__in=products).update(reprice_at=timezone.now())
    for collection in apps.get_model("products", "Collection").objects.using(alias).filter(kind="rule"):
        rule = {
            name: ",".join(renamed.get((name, key), key) for key in value.split(",")) if "attr." in name else value
            for name, value in collection.rule.items()
        }
        if rule != collection.rule:
            collection.rule = rule
            collection.save(update_fields=["rule"])


class Migration(migrations.Migration):
    dependencies = [("browse", "0005_postings"), ("products", "0009_identifiers_in_any_case")]

    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop, elidable=True)]
