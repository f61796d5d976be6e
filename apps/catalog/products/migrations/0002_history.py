"""Triggers that write the history, once its tables are there."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("products", "0001_initial"), ("history", "0001_initial")]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="attribute",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributeevent" ("code", "is_facet", "kind", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "translations", "unit") SELECT new_values."code", new_values."is_facet", new_values."kind", new_values."label", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."translations", new_values."unit" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="20a4ee4ae3c9ef49307ef6b5919ba3969f52cfaf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_23712",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_attribute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attribute",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributeevent" ("code", "is_facet", "kind", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "translations", "unit") SELECT old_values."code", old_values."is_facet", old_values."kind", old_values."label", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."translations", old_values."unit" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."is_facet" IS DISTINCT FROM (new_values."is_facet") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."label" IS DISTINCT FROM (new_values."label") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."translations" IS DISTINCT FROM (new_values."translations") OR old_values."unit" IS DISTINCT FROM (new_values."unit")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f184e3de7cc40f78cb2bf989e8f4a203745ef25d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e244f",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_attribute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attribute",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributeevent" ("code", "is_facet", "kind", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "translations", "unit") SELECT old_values."code", old_values."is_facet", old_values."kind", old_values."label", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."translations", old_values."unit" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e6b3a405f940626de2b67d680faea833af963681",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b253c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_attribute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_brandevent" ("description", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "translations") SELECT new_values."description", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."slug", new_values."translations" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="81caa6f782c0384833b6249fb401572f59f24fc2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0631a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_brand",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_brandevent" ("description", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "translations") SELECT old_values."description", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."slug", old_values."translations" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."description" IS DISTINCT FROM (new_values."description") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."translations" IS DISTINCT FROM (new_values."translations")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2e9da09f7a5d971bc79fb169d8aa14ab8fbcd7a1",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_28587",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_brand",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_brandevent" ("description", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug", "translations") SELECT old_values."description", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."slug", old_values."translations" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2ad73a37bd82a3a9fb19959ed9ebcb12fd27f765",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ec282",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_brand",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_categoryevent" ("description", "full_path", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seo_description", "seo_title", "slug", "translations") SELECT new_values."description", new_values."full_path", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."seo_description", new_values."seo_title", new_values."slug", new_values."translations" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="91f12118016d476729f6daa61ca7ac4353913f65",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fe831",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_categoryevent" ("description", "full_path", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seo_description", "seo_title", "slug", "translations") SELECT old_values."description", old_values."full_path", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."seo_description", old_values."seo_title", old_values."slug", old_values."translations" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."description" IS DISTINCT FROM (new_values."description") OR old_values."full_path" IS DISTINCT FROM (new_values."full_path") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."seo_description" IS DISTINCT FROM (new_values."seo_description") OR old_values."seo_title" IS DISTINCT FROM (new_values."seo_title") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."translations" IS DISTINCT FROM (new_values."translations")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d98524050cd1964e4d4d9029d448fdb880bf4944",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e0cc4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_categoryevent" ("description", "full_path", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seo_description", "seo_title", "slug", "translations") SELECT old_values."description", old_values."full_path", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."seo_description", old_values."seo_title", old_values."slug", old_values."translations" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="57b1724aa7335142af4e23420b6ba435e17781bf",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_068cf",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collection",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_collectionevent" ("description", "is_published", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule", "seo_description", "seo_title", "slug", "title", "translations") SELECT new_values."description", new_values."is_published", new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."rule", new_values."seo_description", new_values."seo_title", new_values."slug", new_values."title", new_values."translations" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="892b1b2fa06cf1d4aa10fbf7a1f6b9fafcf40aea",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f6b42",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_collection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collection",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_collectionevent" ("description", "is_published", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule", "seo_description", "seo_title", "slug", "title", "translations") SELECT old_values."description", old_values."is_published", old_values."kind", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."rule", old_values."seo_description", old_values."seo_title", old_values."slug", old_values."title", old_values."translations" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."description" IS DISTINCT FROM (new_values."description") OR old_values."is_published" IS DISTINCT FROM (new_values."is_published") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."rule" IS DISTINCT FROM (new_values."rule") OR old_values."seo_description" IS DISTINCT FROM (new_values."seo_description") OR old_values."seo_title" IS DISTINCT FROM (new_values."seo_title") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."title" IS DISTINCT FROM (new_values."title") OR old_values."translations" IS DISTINCT FROM (new_values."translations")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="dbd09afa053b6e7991548921c944f10c2bd12652",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_5c9fe",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_collection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collection",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_collectionevent" ("description", "is_published", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "rule", "seo_description", "seo_title", "slug", "title", "translations") SELECT old_values."description", old_values."is_published", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."rule", old_values."seo_description", old_values."seo_title", old_values."slug", old_values."title", old_values."translations" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d9674b92029a0abdf96906f5a9457711a3bc974e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_53041",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_collection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attributechoice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributechoiceevent" ("attribute_id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slug", "translations") SELECT new_values."attribute_id", new_values."label", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."slug", new_values."translations" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="85d73632558ff92e378f2e77f369eecd83d58d69",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b9bdd",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_attributechoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attributechoice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributechoiceevent" ("attribute_id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slug", "translations") SELECT old_values."attribute_id", old_values."label", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."slug", old_values."translations" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."attribute_id" IS DISTINCT FROM (new_values."attribute_id") OR old_values."label" IS DISTINCT FROM (new_values."label") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."translations" IS DISTINCT FROM (new_values."translations")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4c0bc4a84bacb21a09f08205b81a35e5c43bb4fd",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_804fd",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_attributechoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attributechoice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributechoiceevent" ("attribute_id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "slug", "translations") SELECT old_values."attribute_id", old_values."label", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."slug", old_values."translations" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ff757de0219a754ed4b48387f8930f500697a9a7",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f30c2",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_attributechoice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collectionitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_collectionitemevent" ("collection_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id") SELECT new_values."collection_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."product_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="65a747e2920847b3ba0275c183c009cc67db0e2d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_8d305",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_collectionitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collectionitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_collectionitemevent" ("collection_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id") SELECT old_values."collection_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."collection_id" IS DISTINCT FROM (new_values."collection_id") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="578efc865bd887de2a91eb5ad1e71a264e6b4e30",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_58cd6",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_collectionitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="collectionitem",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_collectionitemevent" ("collection_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id") SELECT old_values."collection_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="fe3d6ad62920cd510142e79719b82bc50bbd731a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_29482",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_collectionitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attributevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributevalueevent" ("attribute_id", "boolean", "choice_id", "key", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "text") SELECT new_values."attribute_id", new_values."boolean", new_values."choice_id", new_values."key", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."product_id", new_values."text" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6d65a0ecdb322a220c7d3dd01a5350987da9fbad",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_34ce2",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_attributevalue",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attributevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributevalueevent" ("attribute_id", "boolean", "choice_id", "key", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "text") SELECT old_values."attribute_id", old_values."boolean", old_values."choice_id", old_values."key", old_values."number", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."text" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."attribute_id" IS DISTINCT FROM (new_values."attribute_id") OR old_values."boolean" IS DISTINCT FROM (new_values."boolean") OR old_values."choice_id" IS DISTINCT FROM (new_values."choice_id") OR old_values."key" IS DISTINCT FROM (new_values."key") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."text" IS DISTINCT FROM (new_values."text")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="825d9a328be2d37b2b6b965f21ee084237b94a52",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f479e",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_attributevalue",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="attributevalue",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_attributevalueevent" ("attribute_id", "boolean", "choice_id", "key", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "text") SELECT old_values."attribute_id", old_values."boolean", old_values."choice_id", old_values."key", old_values."number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."text" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="7a9347ebc391d8bed55a266b6725c793e68b357d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_245bf",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_attributevalue",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productimage",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productimageevent" ("alt", "file", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "translations") SELECT new_values."alt", new_values."file", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."product_id", new_values."translations" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="870deb4201890ff6e3fabe2c206a474aebf8c171",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6793a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_productimage",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productimage",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productimageevent" ("alt", "file", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "translations") SELECT old_values."alt", old_values."file", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."translations" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."alt" IS DISTINCT FROM (new_values."alt") OR old_values."file" IS DISTINCT FROM (new_values."file") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."translations" IS DISTINCT FROM (new_values."translations")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ad9d4a3afb0b33de60998d03611e4b970bf4e39b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c7f70",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_productimage",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productimage",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productimageevent" ("alt", "file", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "translations") SELECT old_values."alt", old_values."file", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."translations" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ba5848e96c4820e1c456fc292f53a22c6619c910",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b7909",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_productimage",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productrelationevent" ("kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "related_id") SELECT new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."product_id", new_values."related_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="c719a914ddcd2578f866cb023b070b3cb9aaeec7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f9739",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_productrelation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productrelationevent" ("kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "related_id") SELECT old_values."kind", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."related_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."related_id" IS DISTINCT FROM (new_values."related_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="cb8cf11591b243d1af3aa24b723ddf0e599330bc",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4baca",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_productrelation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productrelation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productrelationevent" ("kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "related_id") SELECT old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."related_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="67217aaabdb76b41892c9fd2975b56f2ea6e0918",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_0d1f7",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_productrelation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productevent" ("brand_id", "category_id", "description", "is_featured", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_type_id", "published_at", "published_until", "seo_description", "seo_title", "slug", "status", "summary", "title", "title_slug", "translations", "year") SELECT new_values."brand_id", new_values."category_id", new_values."description", new_values."is_featured", new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."product_type_id", new_values."published_at", new_values."published_until", new_values."seo_description", new_values."seo_title", new_values."slug", new_values."status", new_values."summary", new_values."title", new_values."title_slug", new_values."translations", new_values."year" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5b7830633edc18704a2bffc41d26691f4d3e94a2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1fd97",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productevent" ("brand_id", "category_id", "description", "is_featured", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_type_id", "published_at", "published_until", "seo_description", "seo_title", "slug", "status", "summary", "title", "title_slug", "translations", "year") SELECT old_values."brand_id", old_values."category_id", old_values."description", old_values."is_featured", old_values."kind", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."product_type_id", old_values."published_at", old_values."published_until", old_values."seo_description", old_values."seo_title", old_values."slug", old_values."status", old_values."summary", old_values."title", old_values."title_slug", old_values."translations", old_values."year" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."brand_id" IS DISTINCT FROM (new_values."brand_id") OR old_values."category_id" IS DISTINCT FROM (new_values."category_id") OR old_values."description" IS DISTINCT FROM (new_values."description") OR old_values."is_featured" IS DISTINCT FROM (new_values."is_featured") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."product_type_id" IS DISTINCT FROM (new_values."product_type_id") OR old_values."published_at" IS DISTINCT FROM (new_values."published_at") OR old_values."published_until" IS DISTINCT FROM (new_values."published_until") OR old_values."seo_description" IS DISTINCT FROM (new_values."seo_description") OR old_values."seo_title" IS DISTINCT FROM (new_values."seo_title") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."summary" IS DISTINCT FROM (new_values."summary") OR old_values."title" IS DISTINCT FROM (new_values."title") OR old_values."title_slug" IS DISTINCT FROM (new_values."title_slug") OR old_values."translations" IS DISTINCT FROM (new_values."translations") OR old_values."year" IS DISTINCT FROM (new_values."year")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ef973829a5323de1503883eabe9be9c62554fd63",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_18d15",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_productevent" ("brand_id", "category_id", "description", "is_featured", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_type_id", "published_at", "published_until", "seo_description", "seo_title", "slug", "status", "summary", "title", "title_slug", "translations", "year") SELECT old_values."brand_id", old_values."category_id", old_values."description", old_values."is_featured", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."product_type_id", old_values."published_at", old_values."published_until", old_values."seo_description", old_values."seo_title", old_values."slug", old_values."status", old_values."summary", old_values."title", old_values."title_slug", old_values."translations", old_values."year" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="ef02959440aa224332430b9f2070a53519d87438",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_cb7df",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="producttypeattribute",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_producttypeattributeevent" ("attribute_id", "is_required", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_type_id") SELECT new_values."attribute_id", new_values."is_required", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."product_type_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="be61b91d8d6f8ded30539295832049482408eabf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_faefb",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_producttypeattribute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="producttypeattribute",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_producttypeattributeevent" ("attribute_id", "is_required", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_type_id") SELECT old_values."attribute_id", old_values."is_required", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_type_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."attribute_id" IS DISTINCT FROM (new_values."attribute_id") OR old_values."is_required" IS DISTINCT FROM (new_values."is_required") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_type_id" IS DISTINCT FROM (new_values."product_type_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="823b1412210d4d3201a105d5da527c16ae79021d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_45548",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_producttypeattribute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="producttypeattribute",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_producttypeattributeevent" ("attribute_id", "is_required", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_type_id") SELECT old_values."attribute_id", old_values."is_required", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_type_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="a58baebd4c62606149beddd42ffa527cd8245114",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4ba92",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_producttypeattribute",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="producttype",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_producttypeevent" ("name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug") SELECT new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."slug" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="01e5fefe4a2a683211cc5fd4e78799c5c0b44867",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a5783",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_producttype",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="producttype",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_producttypeevent" ("name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug") SELECT old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."slug" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."slug" IS DISTINCT FROM (new_values."slug")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="0918547a0b06c14620e568125b00c17162eb4505",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a1e5d",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_producttype",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="producttype",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_producttypeevent" ("name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "slug") SELECT old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."slug" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e71a370ba6bd211fad721c6dc77f63dde698b985",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_fb1e7",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_producttype",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_variantevent" ("barcode", "name", "offer", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "rental_hours", "sku", "title_slug", "translations", "weight_grams") SELECT new_values."barcode", new_values."name", new_values."offer", new_values."options", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."position", new_values."product_id", new_values."rental_hours", new_values."sku", new_values."title_slug", new_values."translations", new_values."weight_grams" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a2553a706ad5cc3a29d2638c5fc533e1222d2333",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_00449",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_variant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_variantevent" ("barcode", "name", "offer", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "rental_hours", "sku", "title_slug", "translations", "weight_grams") SELECT old_values."barcode", old_values."name", old_values."offer", old_values."options", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."rental_hours", old_values."sku", old_values."title_slug", old_values."translations", old_values."weight_grams" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."barcode" IS DISTINCT FROM (new_values."barcode") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."offer" IS DISTINCT FROM (new_values."offer") OR old_values."options" IS DISTINCT FROM (new_values."options") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."rental_hours" IS DISTINCT FROM (new_values."rental_hours") OR old_values."sku" IS DISTINCT FROM (new_values."sku") OR old_values."title_slug" IS DISTINCT FROM (new_values."title_slug") OR old_values."translations" IS DISTINCT FROM (new_values."translations") OR old_values."weight_grams" IS DISTINCT FROM (new_values."weight_grams")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="41e4cb68c808d92d5e71bea25656a50c44bb49f7",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_10b92",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_variant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="variant",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_variantevent" ("barcode", "name", "offer", "options", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "rental_hours", "sku", "title_slug", "translations", "weight_grams") SELECT old_values."barcode", old_values."name", old_values."offer", old_values."options", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."rental_hours", old_values."sku", old_values."title_slug", old_values."translations", old_values."weight_grams" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4a7c5972bb21c23f80c15453ac43409499396ee3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_6cfdb",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_variant",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="saleprice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_salepriceevent" ("amount", "currency", "ends_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "variant_id") SELECT new_values."amount", new_values."currency", new_values."ends_at", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."starts_at", new_values."variant_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="d26b1b5c342d404bf0df9bd0182fa1f310300640",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7d5a3",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_saleprice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="saleprice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_salepriceevent" ("amount", "currency", "ends_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "variant_id") SELECT old_values."amount", old_values."currency", old_values."ends_at", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."starts_at", old_values."variant_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."ends_at" IS DISTINCT FROM (new_values."ends_at") OR old_values."starts_at" IS DISTINCT FROM (new_values."starts_at") OR old_values."variant_id" IS DISTINCT FROM (new_values."variant_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4936663b54962e01dcde4002dc9dea9ab21f3877",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8973d",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_saleprice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="saleprice",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_salepriceevent" ("amount", "currency", "ends_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_at", "variant_id") SELECT old_values."amount", old_values."currency", old_values."ends_at", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."starts_at", old_values."variant_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="21c6607f981d3d99fe65f876158e580c1f3096cd",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_89322",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_saleprice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="price",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_priceevent" ("amount", "currency", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") SELECT new_values."amount", new_values."currency", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."variant_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6f85d2d69167ed3f8e033a361ad807ea7561d7b4",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c8e21",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_price",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="price",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_priceevent" ("amount", "currency", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") SELECT old_values."amount", old_values."currency", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."variant_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."variant_id" IS DISTINCT FROM (new_values."variant_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="9281f525ef841846baa08030566b19ab2a598eec",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_acbcd",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_price",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="price",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "history_priceevent" ("amount", "currency", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant_id") SELECT old_values."amount", old_values."currency", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."variant_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="a683960e48a238af732acb7c66f03407219514cd",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_3a2b8",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_price",
                    when="AFTER",
                ),
            ),
        ),
    ]
