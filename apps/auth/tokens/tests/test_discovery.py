"""/.well-known/…"""

from __future__ import annotations

import pytest

from apps.auth.tokens import access
from apps.common.identity.jwks import KeySet, parse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/jwk-set+json", "nonsense"])
def test_the_key_set_is_public_cached_and_given_to_all(device, accept):
    response = device(HTTP_ACCEPT=accept).get("/.well-known/jwks.json")
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=60"
    [key] = response.json()["keys"]
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


def test_published_keys_verify_tokens_in_other_services(device):
    document = device().get("/.well-known/jwks.json").json()
    keys = KeySet(fetch=lambda: document)
    token = access.AccessToken(access.for_service("payment", ["stock:reserve"]))
    assert token["scope"] == "stock:reserve"
    [kid] = parse(document)
    assert keys.get(kid)


def test_discovery_names_addresses_behind_the_gateway(device):
    response = device().get("/.well-known/openid-configuration")
    assert response.json()["issuer"] == "http://localhost:8000/api/auth"
    assert response.json()["jwks_uri"] == "http://localhost:8000/api/auth/.well-known/jwks.json"
    assert "max-age=300" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/.well-known/openid-configuration"])
def test_discovery_documents_are_read_only(device, path):
    assert device().post(path, {}).status_code == 405
    assert device().head(path).status_code == 200
