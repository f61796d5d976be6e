import time
import uuid

import httpx
import jwt
import pytest
import respx
from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from apps.common.identity import authentication, jwks, service_tokens
from apps.common.identity.authentication import InvalidToken, verify
from apps.common.identity.permissions import IsUser, RequireRole, RequireScope
from apps.common.problems import ServiceUnavailable
from apps.common.testing.tokens import PUBLIC_JWKS, access_token

JWKS_URL = "http://127.0.0.1:8003/.well-known/jwks.json"


def call(permission: type[BasePermission], token: str | None) -> Response:
    class View(APIView):
        permission_classes = [permission]

        def get(self, request):
            return Response({"subject": request.user.subject})

    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token is not None else {}
    return View.as_view()(APIRequestFactory().get("/", **headers))


def test_a_good_token_identifies_the_caller():
    user_id = uuid.uuid4()
    principal = verify(access_token(user_id, roles=["customer", "catalog_staff"]))
    assert principal.user_id == user_id
    assert principal.has_role("catalog_staff")
    assert not principal.has_role("support_staff")
    assert not principal.is_service


def test_an_admin_holds_every_role_and_a_service_none():
    assert verify(access_token(roles=["admin"])).has_role("support_staff")
    service = verify(access_token(service="payment", scopes=["stock:reserve"]))
    assert service.service_name == "payment"
    assert service.user_id is None
    assert service.has_scope("stock:reserve")
    assert not service.has_role("catalog_staff")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 60},
        {"aud": "another-shop"},
        {"iss": "https://evil.example"},
        {"token_type": "refresh"},
        {"sub": 5},
        {"scope": 5},
    ],
)
def test_tokens_with_wrong_claims_are_refused(claims):
    with pytest.raises(InvalidToken):
        verify(access_token(**claims))


def forged(algorithm: str, key: str, **header: object) -> str:
    now = int(time.time())
    payload = {"sub": str(uuid.uuid4()), "aud": "streamcart", "iss": settings.TOKEN_ISSUER, "iat": now, "jti": "1"}
    return jwt.encode(payload | {"exp": now + 60}, key, algorithm=algorithm, headers=header)


@pytest.mark.parametrize(
    "token",
    [
        forged("none", "", kid="test-key"),
        forged("HS256", PUBLIC_JWKS["keys"][0]["n"], kid="test-key"),
        forged("HS256", "k" * 32, kid="other"),
        "not-a-token",
        "a.b.c",
        "",
    ],
)
def test_forged_tokens_are_refused(token):
    with pytest.raises(InvalidToken):
        verify(token)


def test_an_altered_token_is_refused():
    head, _, signature = access_token(roles=["customer"]).split(".")
    _, admin_body, _ = access_token(roles=["admin"]).split(".")
    with pytest.raises(InvalidToken):
        verify(".".join([head, admin_body, signature]))


@pytest.fixture
def checks(monkeypatch) -> list[str]:
    """The tokens whose signature was looked at."""
    real, tokens = authentication._verified, []
    monkeypatch.setattr(authentication, "_verified", lambda token: tokens.append(token) or real(token))
    return tokens


def test_a_token_is_checked_once_while_it_lasts(checks, monkeypatch):
    token = access_token(lifetime=60)
    assert verify(token) is verify(token)
    assert checks == [token]
    now = time.time()
    monkeypatch.setattr(authentication.time, "time", lambda: now + 120)
    verify(token)
    assert checks == [token, token], "what was remembered is over"


def test_only_so_many_tokens_are_remembered(monkeypatch):
    monkeypatch.setattr(authentication, "MAX_REMEMBERED", 2)
    for _ in range(5):
        verify(access_token())
    assert len(authentication._remembered) <= 2


def test_a_token_that_was_good_is_refused_once_its_key_is_withdrawn(monkeypatch):
    token = access_token()
    verify(token)
    another = {"keys": [PUBLIC_JWKS["keys"][0] | {"kid": "another"}]}
    monkeypatch.setattr(jwks, "keys", jwks.KeySet(fetch=lambda: another))
    with pytest.raises(InvalidToken, match="not in use"):
        verify(token)


@pytest.mark.parametrize(
    ("permission", "token", "status"),
    [
        (IsUser, None, 401),
        (IsUser, "garbage", 401),
        (IsUser, "two words", 401),
        (IsUser, "x" * 5000, 401),
        (RequireRole("catalog_staff"), None, 401),
        (RequireScope("events:read"), None, 401),
    ],
)
def test_callers_without_a_token_are_asked_for_one(permission, token, status):
    response = call(permission, token)
    assert response.status_code == status
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_roles_and_scopes_are_enforced():
    customer, staff = access_token(roles=["customer"]), access_token(roles=["catalog_staff"])
    service = access_token(service="video", scopes=["events:read"])
    assert call(IsUser, customer).status_code == 200
    assert call(IsUser, service).status_code == 403
    assert call(RequireRole("catalog_staff"), customer).status_code == 403
    assert call(RequireRole("catalog_staff"), staff).status_code == 200
    assert call(RequireScope("events:read"), service).status_code == 200
    assert call(RequireScope("stock:reserve"), service).status_code == 403
    assert call(RequireScope("events:read"), access_token(scopes=["events:read"])).status_code == 403


@pytest.fixture
def fresh_keys(monkeypatch):
    keys = jwks.KeySet()
    monkeypatch.setattr(jwks, "keys", keys)
    return keys


@respx.mock
def test_keys_are_fetched_once_and_outlive_auth(fresh_keys):
    route = respx.get(JWKS_URL).mock(return_value=httpx.Response(200, json=PUBLIC_JWKS))
    verify(access_token())
    verify(access_token())
    assert route.call_count == 1
    route.mock(side_effect=httpx.ConnectError("down"))
    fresh_keys._tried_at -= jwks.REFRESH_AFTER + 1
    verify(access_token())
    assert route.call_count == 2


@respx.mock
def test_an_unknown_key_id_causes_one_fetch_not_one_a_request(fresh_keys):
    route = respx.get(JWKS_URL).mock(return_value=httpx.Response(200, json=PUBLIC_JWKS))
    verify(access_token())
    fresh_keys._tried_at -= jwks.REFETCH_AFTER + 1
    for _ in range(3):
        with pytest.raises(InvalidToken):
            verify(forged("RS256", _another_key(), kid="rotated-away"))
    assert route.call_count == 2


def _another_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@respx.mock
def test_before_auth_was_ever_reached_the_response_is_try_again(fresh_keys):
    respx.get(JWKS_URL).mock(side_effect=httpx.ConnectError("down"))
    with pytest.raises(ServiceUnavailable):
        verify(access_token())


@respx.mock
def test_the_service_token_is_asked_for_once_until_it_is_forgotten():
    service_tokens.forget_service_token()
    response = {"access_token": "abc", "expires_in": 600}
    route = respx.post("http://127.0.0.1:8003/v1/tokens/service").mock(return_value=httpx.Response(200, json=response))
    assert service_tokens.get_service_token() == service_tokens.get_service_token() == "abc"
    assert route.call_count == 1
    service_tokens.forget_service_token()
    route.mock(side_effect=httpx.ConnectError("down"))
    with pytest.raises(service_tokens.NoServiceToken):
        service_tokens.get_service_token()
