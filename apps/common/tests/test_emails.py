"""One form of an e-mail address, whatever somebody types."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from django import forms
from django.core.exceptions import ValidationError
from rest_framework import serializers

from apps.common.api.serializers import EmailField
from apps.common.emails import EmailFormField, InvalidEmail, normalise_email
from apps.common.text import one_line

SAME_AS_STAFF = [
    "staff@example.com",
    "  Staff@Example.COM\t",
    "ſtaff@example.com",  # LATIN SMALL LETTER LONG S
    "ｓｔａｆｆ@example.com",  # full-width letters
    "staff＠example.com",  # full-width commercial at
    "staff@ｅｘａｍｐｌｅ.com",
    "staff@example。com",  # ideographic full stop
    "𝐬𝐭𝐚𝐟𝐟@𝐞𝐱𝐚𝐦𝐩𝐥𝐞.com",  # mathematical bold
    "staff@example.com\u00a0",  # a space that the eye takes for none
]
REFUSED = [
    "",
    "staff",
    "@example.com",
    "staff@",
    "staff@localhost",
    "staff@shop.local",
    "staff@shop.invalid",
    "staff@exa mple.com",
    "staff@example..com",
    ".staff@example.com",
    "staff@example.com.",
    "staff@[127.0.0.1]",
    '"staff"x@example.com',
    "Staff <staff@example.com>",
    "staff@example.com,other@example.com",
    "staff@example.com\u200b",  # ZERO WIDTH SPACE
    "\ufeffstaff@example.com",
    "st\u00adaff@example.com",  # SOFT HYPHEN
    "st\u200daff@example.com",
    "\u202estaff@example.com",  # RIGHT-TO-LEFT OVERRIDE
    "stаff@example.com",  # CYRILLIC SMALL LETTER A
    "stáff@example.com",
    "staff@exam\u200bple.com",
    "staff@xn--a.com",
    "staff@example.com\nBcc: all@example.com",
    "staff@example.com\r\n",
    "staff\r\nBcc:all@example.com",
    "staff\x00@example.com",
    "staff\x7f@example.com",
    "staff\ud800@example.com",
    "a" * 65 + "@example.com",
    "a@" + "b" * 250 + ".com",
    "a" * 1_000_000,
]


class Serializer(serializers.Serializer):
    email = EmailField()


class Form(forms.Form):
    email = EmailFormField(max_length=254)


@pytest.mark.parametrize("text", SAME_AS_STAFF)
def test_lookalike_addresses_normalise_to_one(text):
    assert normalise_email(text) == "staff@example.com"
    assert Serializer(data={"email": text}).run_validation({"email": text}) == {"email": "staff@example.com"}
    form = Form({"email": text})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"email": "staff@example.com"}


@pytest.mark.parametrize("text", [text for text in REFUSED if not text.endswith("\r\n")])
def test_invalid_address_is_refused_with_a_sentence(text):
    with pytest.raises(InvalidEmail) as refusal:
        normalise_email(text)
    assert str(refusal.value).endswith(".")
    assert refusal.value.errors == {"email": [str(refusal.value)]}
    serializer = Serializer(data={"email": text})
    assert not serializer.is_valid()
    assert list(serializer.errors) == ["email"]
    assert not Form({"email": text}).is_valid()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("info@müller.de", "info@xn--mller-kva.de"),
        ("info@MÜLLER.de", "info@xn--mller-kva.de"),
        ("info@mu\u0308ller.de", "info@xn--mller-kva.de"),
        ("info@xn--mller-kva.de", "info@xn--mller-kva.de"),
        ("info@аpple.com", "info@xn--pple-43d.com"),  # the Cyrillic а is another domain, and is seen to be
        ("Ada.Lovelace+shop@sub.example.co.uk", "ada.lovelace+shop@sub.example.co.uk"),
        ("o'brien_1@example.org", "o'brien_1@example.org"),
    ],
)
def test_domains_are_written_as_dns_has_them(text, stored):
    assert normalise_email(text) == stored
    assert normalise_email(stored) == stored


@pytest.mark.parametrize("text", [*SAME_AS_STAFF, *REFUSED])
def test_accepted_addresses_cannot_break_a_header(text):
    try:
        email = normalise_email(text)
    except InvalidEmail:
        return
    message = EmailMessage()
    message["To"] = email
    message.set_content("Hello")
    assert email.isascii()
    assert email.isprintable()
    assert bytes(message).startswith(f"To: {email}\n".encode())


def test_no_name_server_is_asked(monkeypatch):
    def resolve(*_args, **_kwargs):
        raise AssertionError("somebody asked a name server")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr("dns.resolver.Resolver.resolve", resolve)
    assert normalise_email("ada@no-such-domain-at-all.example") == "ada@no-such-domain-at-all.example"


@pytest.mark.parametrize(
    "text", ["Ada Lovelace", "", "Łukasz Müller-Ōno", "محمد", "می\u200cخواهم", "👩\u200d🚀", "O’Brien"]
)
def test_names_of_people_are_one_line(text):
    one_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ada\r\nBcc: all@example.com",
        "Ada\n",
        "Ada\x00",
        "\x85Ada",
        "Ada\u2028x",
        "Ada\u2029x",
        "\u202eadA",
        "A\u200bda",
        "\ud800",
    ],
)
def test_line_breaks_and_invisible_characters_are_refused_in_names(text):
    with pytest.raises(ValidationError, match="line breaks"):
        one_line(text)
