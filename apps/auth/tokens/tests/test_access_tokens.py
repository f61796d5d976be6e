"""Nobody else can make an access token."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rest_framework_simplejwt.exceptions import TokenError

from apps.auth.tokens import access, keys
from apps.common.testing.tokens import access_token

pytestmark = pytest.mark.django_db


def claims_of(token, **changes):
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    return {name: value for name, value in claims.items() if value is not None}


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture
def refused(ada, device):
    """Whether a token in place of Ada's is refused as such."""

    def check(token):
        client = device()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        response = client.get("/v1/me")
        return (response.status_code, response.json().get("type")) == (401, "/problems/invalid-token")

    assert not check(ada.tokens["access"])
    return check


def signed(claims, *, key=None, **headers):
    current = keys.current_key()
    return jwt.encode(claims, key or keys.private_key(current), "RS256", {"kid": current.kid} | headers)


def test_no_signature_is_refused(ada, refused):
    claims = claims_of(ada.tokens["access"], roles=["admin"])
    kid = jwt.get_unverified_header(ada.tokens["access"])["kid"]
    for algorithm in ("none", "None", "NONE", ""):
        assert refused(f"{segment({'alg': algorithm, 'kid': kid})}.{segment(claims)}.")
    assert refused(ada.tokens["access"].rsplit(".", 1)[0] + ".")


def test_the_public_key_as_a_shared_secret_is_refused(ada, refused):
    public = keys.private_key(keys.current_key()).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "kid": keys.current_key().kid}
    message = f"{segment(header)}.{segment(claims_of(ada.tokens['access'], roles=['admin']))}"
    hs256 = jwt.get_algorithm_by_name("HS256")
    for secret in (pem, pem.strip(), json.dumps(keys.current_key().public_jwk).encode()):
        mac = base64.urlsafe_b64encode(hs256.sign(message.encode(), secret)).rstrip(b"=").decode()
        assert refused(f"{message}.{mac}")


def test_another_key_is_refused_under_any_id(ada, refused):
    mallory = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = claims_of(ada.tokens["access"])
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(mallory.public_key()))
    assert refused(signed(claims, key=mallory))
    assert refused(signed(claims, key=mallory, kid="mallory"))
    assert refused(signed(claims, key=mallory, jwk=public))
    assert refused(signed(claims, key=mallory, jku="https://evil.example/jwks.json"))
    assert refused(access_token(ada.user.pk))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "other"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"sub": None},
        {"jti": None},
        {"iat": None},
        {"iat": int(time.time()) + 3600},
        {"token_type": "refresh"},
        {"roles": "admin"},
    ],
)
def test_wrong_claims_are_refused_even_when_signed(ada, refused, change):
    assert not refused(signed(claims_of(ada.tokens["access"])))
    assert refused(signed(claims_of(ada.tokens["access"], **change)))


def test_altered_claims_are_refused(ada, refused, tampered):
    header, _, signature = ada.tokens["access"].split(".")
    assert refused(f"{header}.{segment(claims_of(ada.tokens['access'], roles=['admin']))}.{signature}")
    assert refused(tampered(ada.tokens["access"]))


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "a" * 5000, "ä.b.c", "e30.e30.e30"])
def test_garbage_is_refused(refused, token):
    assert refused(token)


def test_a_refresh_token_is_no_access_token(ada, refused):
    assert refused(ada.tokens["refresh"])


def test_simplejwt_reads_what_it_signed(ada, tampered):
    token = access.AccessToken(ada.tokens["access"])
    assert token["sub"] == str(ada.user.pk)
    for forged in (tampered(ada.tokens["access"]), "x.y.z", access_token(ada.user.pk)):
        with pytest.raises(TokenError):
            access.AccessToken(forged)
