"""What typed attributes (0005) and the listings of browse replace."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("products", "0005_typed_attributes")]

    operations = [
        migrations.RemoveField(
            model_name="productattribute",
            name="product",
        ),
        migrations.DeleteModel(
            name="SearchWord",
        ),
        migrations.RemoveField(
            model_name="product",
            name="min_price",
        ),
        migrations.RemoveField(
            model_name="product",
            name="search_document",
        ),
        migrations.DeleteModel(
            name="ProductAttribute",
        ),
    ]
