"""Pages of text as shoppers read them."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.pages.markup import html_of
from apps.catalog.pages.models import Page
from apps.catalog.pages.services import create_page
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)


def make_page(slug: str, **columns: object) -> Page:
    texts = {"title": slug.capitalize(), "body": f"The text of **{slug}**."}
    return create_page({"slug": slug, "is_published": True, **texts, **columns})


def test_empty_shop_has_no_pages(api_client):
    assert api_client.get("/v1/pages").json() == {"results": []}


def test_published_pages_are_listed_in_the_order_of_the_footer(api_client):
    make_page("terms", position=2)
    make_page("imprint", position=1, translations={"de": {"title": "Impressum"}})
    make_page("draft", is_published=False)
    body = api_client.get("/v1/pages?lang=de").json()
    assert_matches_contract("catalog", "GET", "/v1/pages", response_json=body)
    assert [(page["slug"], page["title"]) for page in body["results"]] == [("imprint", "Impressum"), ("terms", "Terms")]


def test_page_is_shown_as_html_in_the_language_of_the_reader(api_client):
    make_page("imprint", translations={"de": {"title": "Impressum", "body": "Wir *sind* es."}})
    english = api_client.get("/v1/pages/imprint")
    assert_matches_contract("catalog", "GET", "/v1/pages/imprint", response_json=english.json())
    assert english.json()["body_html"] == "<p>The text of <strong>imprint</strong>.</p>\n"
    german = api_client.get("/v1/pages/imprint", headers={"Accept-Language": "de-AT"})
    assert (german["Content-Language"], german.json()["title"]) == ("de", "Impressum")
    assert german.json()["body_html"] == "<p>Wir <em>sind</em> es.</p>\n"


@pytest.mark.parametrize("slug", ["nothing", "draft"])
def test_unknown_and_unpublished_pages_are_not_found(api_client, slug):
    make_page("draft", is_published=False)
    response = api_client.get(f"/v1/pages/{slug}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_language_that_the_shop_lacks_is_refused(api_client):
    for address in ("/v1/pages?lang=xx", "/v1/pages/imprint?lang=xx"):
        response = api_client.get(address)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["lang"])


def test_unchanged_page_costs_no_body(api_client):
    page = make_page("imprint")
    for address in ("/v1/pages", "/v1/pages/imprint"):
        first = api_client.get(address)
        assert first["Cache-Control"] == "public, no-cache"
        assert api_client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
        Page.objects.filter(pk=page.pk).update(title=f"Another title for {address}")
        assert api_client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("rows", [2, 20])
def test_list_takes_one_query(api_client, rows):
    for number in range(rows):
        make_page(f"page-{number}")
    with CaptureQueriesContext(connection) as captured:
        assert len(api_client.get("/v1/pages").json()["results"]) == rows
    assert len(captured) == 1


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<b onclick=x>bold</b>", "<p>&lt;b onclick=x&gt;bold&lt;/b&gt;</p>"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](JavaScript&colon;alert(1))", "<p>[a](JavaScript:alert(1))</p>"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"),
        ("[a](vbscript:x)", "<p>[a](vbscript:x)</p>"),
        ("<javascript:alert(1)>", "<p>&lt;javascript:alert(1)&gt;</p>"),
        ("[a](https://example.com/?q=a:b)", '<p><a href="https://example.com/?q=a:b">a</a></p>'),
        ("[a](mailto:a@example.com)", '<p><a href="mailto:a@example.com">a</a></p>'),
        ("[a](terms#a:b)", '<p><a href="terms#a:b">a</a></p>'),
        ("| a |\n| - |\n| b |", "<table>\n<thead>\n<tr>\n<th>a</th>"),
    ],
)
def test_text_becomes_safe_html(text, html):
    assert html_of(text).startswith(html)


class TestImport:
    def test_pages_are_made_and_updated_from_a_file(self, tmp_path, api_client):
        file = tmp_path / "pages.json"
        for body in ("First.", "Second."):
            page = {"slug": "imprint", "title": "Imprint", "body": body, "is_published": True}
            file.write_text(json.dumps([page | {"translations": {"de": {"title": "Impressum"}}}]))
            call_command("import_pages", file)
            assert body in api_client.get("/v1/pages/imprint").json()["body_html"]
        assert Page.objects.get().translations == {"de": {"title": "Impressum"}}

    @pytest.mark.parametrize("content", ["no JSON", "[1]", '[{"title": "Without a slug"}]', '[{"slug": "a", "x": 1}]'])
    def test_broken_file_is_refused_and_writes_nothing(self, tmp_path, content):
        file = tmp_path / "pages.json"
        file.write_text(content)
        with pytest.raises(CommandError):
            call_command("import_pages", file)
        assert not Page.objects.exists()
