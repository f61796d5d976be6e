"""The names of delivery methods were kept in English and translated where they are shown; now in the order's language."""

from django.db import migrations


def translate(apps, _schema_editor):
    orders = apps.get_model("orders", "Order").objects
    orders.filter(language="de", shipping_name="Worldwide").update(shipping_name="Weltweit")


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_fulfilment")]
    operations = [migrations.RunPython(translate, migrations.RunPython.noop)]
