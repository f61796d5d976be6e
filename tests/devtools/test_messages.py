"""Translations are found in code and templates, kept when the code changes, and missed when they are missing."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from devtools.checks.messages import compile_catalogs, findings, languages, po_path, template_of, write_catalogs

CODE = """
from django.utils.translation import gettext, gettext_lazy as _, ngettext, npgettext, pgettext
TITLE = _("Your order")
def greet(count):
    return (gettext("Hello"), ngettext("%(count)s item", "%(count)s items", count), pgettext("button", "Order"),
            npgettext("stock", "%(count)s left", "%(count)s left over", count))
"""
TEMPLATE = """{% load i18n %}
{# Translators: a greeting #}
  <p class="x">{% translate "Thank you" %} it's 50%</p>
    {% translate "Order" context "verb" %} {{ name|default:_("Guest") }}
{% blocktranslate trimmed with total=order.total %}
  Your total is
  {{ total }}.
{% endblocktranslate %}
{% blocktranslate count count=lines|length trimmed %}
  {{ count }} copy
{% plural %}
  {{ count }} copies
{% endblocktranslate %}
"""


@pytest.fixture
def root(tmp_path) -> Path:
    """A tree with one service that has messages, in a shop that speaks English, German and Brazilian Portuguese."""
    settings = tmp_path / "apps/common/settings/base.py"
    settings.parent.mkdir(parents=True)
    settings.write_text('SHOP_LANGUAGES = ("en", "de")\n')
    code = tmp_path / "apps/auth/accounts/mails.py"
    code.parent.mkdir(parents=True)
    code.write_text(CODE)
    template = tmp_path / "apps/auth/accounts/templates/accounts/mail.html"
    template.parent.mkdir(parents=True)
    template.write_text(TEMPLATE)
    return tmp_path


def translate(root: Path, **translations: str) -> None:
    """Translate each message into "de: " and itself, those that are given into what is given."""
    path = po_path("auth", "de", root)
    with path.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        if isinstance(message.id, tuple):
            message.string = tuple(f"de: {form}" for form in message.id)
        elif message.id:
            message.string = translations.get(message.id, f"de: {message.id}")
    with path.open("wb") as file:
        write_po(file, catalog)


def test_messages_of_code_and_templates_are_found(root):
    found = {(message.id, message.context) for message in template_of("auth", root) if message.id}
    assert found == {
        ("Your order", None),
        ("Hello", None),
        (("%(count)s item", "%(count)s items"), None),
        ("Order", "button"),
        (("%(count)s left", "%(count)s left over"), "stock"),
        ("Thank you", None),
        ("Order", "verb"),
        ("Guest", None),
        ("Your total is %(total)s.", None),
        (("%(count)s copy", "%(count)s copies"), None),
    }


def test_languages_are_those_of_the_settings_without_the_source(root):
    assert languages(root) == ("de",)
    assert "de" in languages()


def test_folder_of_a_regional_language_is_named_as_django_names_it(root):
    assert po_path("auth", "pt-br", root).parts[-3] == "pt_BR"


def test_untranslated_messages_are_reported_and_translated_ones_are_not(root):
    assert any("missing" in finding for finding in findings(root))
    write_catalogs(root)
    assert len(findings(root)) == 10
    translate(root, Hello="")
    assert findings(root) == ['apps/auth/locale/de/LC_MESSAGES/django.po: not translated: "Hello"']
    translate(root)
    assert findings(root) == []


def test_translations_are_kept_and_files_stay_the_same_when_nothing_changed(root):
    write_catalogs(root)
    translate(root)
    write_catalogs(root)
    before = po_path("auth", "de", root).read_text()
    assert write_catalogs(root) == []
    assert "Date" not in before
    code = root / "apps/auth/accounts/mails.py"
    code.write_text("\n\n\n" + CODE.replace('_("Your order")', '_("Your parcel")'))
    assert write_catalogs(root) == [po_path("auth", "de", root)]
    after = po_path("auth", "de", root).read_text()
    assert "de: Hello" in after
    assert "Your order" not in after
    assert findings(root) == ['apps/auth/locale/de/LC_MESSAGES/django.po: not translated: "Your parcel"']


def test_fuzzy_translation_is_reported(root):
    write_catalogs(root)
    translate(root)
    path = po_path("auth", "de", root)
    path.write_text(path.read_text().replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"'))
    assert findings(root) == ['apps/auth/locale/de/LC_MESSAGES/django.po: fuzzy: "Hello"']


def test_translation_with_other_placeholders_is_reported(root):
    write_catalogs(root)
    translate(root, **{"Your total is %(total)s.": "Summe: %(sum)s"})
    assert [finding.partition(": ")[2] for finding in findings(root)] == [
        'other placeholders than the message has: "Your total is %(total)s."'
    ]


def test_compiled_catalogue_is_what_gettext_reads_and_is_not_written_twice(root):
    write_catalogs(root)
    translate(root, Hello="Hallo")
    [path] = compile_catalogs(root)
    translations = gettext.translation("django", root / "apps/auth/locale", ["de"])
    assert translations.gettext("Hello") == "Hallo"
    assert translations.ngettext("%(count)s copy", "%(count)s copies", 2) == "de: %(count)s copies"
    assert path.name == "django.mo"
    assert compile_catalogs(root) == []
