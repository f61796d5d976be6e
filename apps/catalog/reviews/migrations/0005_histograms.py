"""Products that had reviews before histograms were kept get theirs."""

from django.db import migrations

COUNT_AGAIN = """
    UPDATE products_product AS product SET rating_histogram = given.histogram
    FROM (
        SELECT product_id, ARRAY[
            count(*) FILTER (WHERE rating = 1), count(*) FILTER (WHERE rating = 2), count(*) FILTER (WHERE rating = 3),
            count(*) FILTER (WHERE rating = 4), count(*) FILTER (WHERE rating = 5)
        ]::int[] AS histogram
        FROM reviews_review WHERE status = 'approved' GROUP BY product_id
    ) AS given
    WHERE given.product_id = product.id AND product.rating_histogram <> given.histogram
"""


class Migration(migrations.Migration):
    dependencies = [("products", "0008_admin_lists"), ("reviews", "0004_returns_and_lists")]

    operations = [migrations.RunSQL(COUNT_AGAIN, migrations.RunSQL.noop)]
