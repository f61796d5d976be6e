"""Lists of short texts as lines."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError

from apps.common.admin_site.fields import LinesField, validate_language


def test_each_line_is_one_text_and_empty_lines_are_left_out():
    assert LinesField(item_length=10).clean(" Ada \n\n Grace\r\n") == ["Ada", "Grace"]


def test_an_empty_field_is_an_empty_list():
    assert LinesField(item_length=10, required=False).clean("") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Ada\n" + "x" * 11, "Line 2 is longer than 10 characters."),
        ("Ada\n\nAda", "Line 3 says the same as another line."),
        ("A\u202eda", "Line 1: Leave out line breaks, control characters and invisible characters."),
    ],
)
def test_errors_name_the_line(text, sentence):
    with pytest.raises(ValidationError) as caught:
        LinesField(item_length=10).clean(text)
    assert caught.value.messages == [sentence]


@pytest.mark.parametrize("code", ["de", "pt-BR", "zh-Hant"])
def test_codes_of_languages_are_accepted(code):
    validate_language(code)


@pytest.mark.parametrize("code", ["German", "xx", "de_", "1"])
def test_other_words_are_no_languages(code):
    with pytest.raises(ValidationError):
        validate_language(code)


def test_a_form_shows_a_list_as_lines_and_knows_whether_it_changed():
    class Form(forms.Form):
        names = LinesField(item_length=10, required=False)

    initial = {"names": ["Ada", "Grace"]}
    assert "Ada\nGrace</textarea>" in str(Form(initial=initial)["names"])
    assert not Form({"names": "Ada\r\nGrace\r\n"}, initial=initial).has_changed()
    assert Form({"names": "Grace\nAda"}, initial=initial).has_changed()
