"""Triggers that write the history, once its table is there."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial"), ("history", "0002_pages")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="page",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_pageevent" ("body", "is_published", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slug", "title", "translations") SELECT new_values."body", new_values."is_published", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."slug", new_values."title", new_values."translations" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="cc575243efe665ec679d9825342495793786cefc",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e8067",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="pages_page",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="page",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_pageevent" ("body", "is_published", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slug", "title", "translations") SELECT old_values."body", old_values."is_published", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."slug", old_values."title", old_values."translations" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."body" IS DISTINCT FROM (new_values."body") OR old_values."is_published" IS DISTINCT FROM (new_values."is_published") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."title" IS DISTINCT FROM (new_values."title") OR old_values."translations" IS DISTINCT FROM (new_values."translations")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="9f50d3594ca48217985e60d8bb7ec7926743ec18",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_847b7",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="pages_page",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="page",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_pageevent" ("body", "is_published", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slug", "title", "translations") SELECT old_values."body", old_values."is_published", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."slug", old_values."title", old_values."translations" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="66258fd39dc2b487d583d9a5f9e87adc8175b735",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f1297",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="pages_page",
                    when="AFTER",
                ),
            ),
        ),
    ]
