"""What every service returns at its edges: problems, health, prefix, request ids, documents."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, transaction
from django.test import Client, RequestFactory
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from apps.common import problems
from apps.common.health import checks
from apps.common.ids import uuid7
from apps.common.middleware import BodySizeMiddleware, body_length
from apps.common.staff.models import StaffUser
from apps.common.wsgi import ForwardedPrefix

PROBLEM = "application/problem+json"


def response_to(exc: Exception):
    class View(APIView):
        permission_classes = [AllowAny]

        def get(self, request):
            raise exc

    response = View.as_view()(APIRequestFactory().get("/thing"))
    response.render()
    return response


class OutOfMugs(problems.Problem):
    status, slug, title = 409, "out-of-mugs", "No mugs left"


def test_a_problem_carries_its_slug_and_extensions():
    response = response_to(OutOfMugs("Only 2 are left; take fewer.", available=2, headers={"Retry-After": "5"}))
    assert response.status_code == 409
    assert response["Content-Type"] == PROBLEM
    assert response["Retry-After"] == "5"
    assert response.data["type"] == "/problems/out-of-mugs"
    assert response.data["title"] == "No mugs left"
    assert response.data["detail"] == "Only 2 are left; take fewer."
    assert response.data["instance"] == "/thing"
    assert response.data["available"] == 2


class Line(serializers.Serializer):
    quantity = serializers.IntegerField()


class Lines(serializers.Serializer):
    lines = Line(many=True)


def test_nested_input_errors_are_named_by_path():
    serializer = Lines(data={"lines": [{"quantity": 1}, {"quantity": "x"}]})
    serializer.is_valid()
    response = response_to(exceptions.ValidationError(serializer.errors))
    assert response.status_code == 400
    assert response.data["errors"] == {"lines.1.quantity": ["A valid integer is required."]}


@pytest.mark.parametrize(
    ("exc", "status", "slug"),
    [
        (exceptions.NotAuthenticated(), 403, "unauthenticated"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method-not-allowed"),
        (exceptions.ParseError(), 400, "malformed-request"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported-media-type"),
        (DjangoValidationError("no"), 400, "invalid-input"),
        (DjangoValidationError({"name": ["no"]}), 400, "invalid-input"),
        (DataError("integer out of range"), 400, "unusable-value"),
        (OperationalError("terminating connection due to administrator command"), 503, "service-unavailable"),
        (InterfaceError("connection already closed"), 503, "service-unavailable"),
    ],
)
def test_framework_exceptions_become_problems(exc, status, slug):
    response = response_to(exc)
    assert response.data["type"] == f"/problems/{slug}"
    assert response.status_code in (status, 401)


@pytest.mark.django_db
def test_a_writer_that_comes_second_gets_a_conflict():
    """The net below services that say more: a unique constraint is no 500."""
    StaffUser.objects.create(id=(taken := uuid7()), email="a@example.com")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        StaffUser.objects.create(id=taken, email="b@example.com")
    response = response_to(caught.value)
    assert (response.status_code, response.data["type"]) == (409, "/problems/conflict")
    assert problems.as_problem(IntegrityError("a check constraint")) is None, "any other is a bug"


@pytest.mark.parametrize(
    ("exc", "status"), [(OperationalError("gone"), 503), (DataError("out of range"), 400), (KeyError("a bug"), 500)]
)
def test_plain_views_and_middleware_respond_with_the_same_problems(monkeypatch, exc, status):
    def fail(*_args, **_options):
        raise exc

    monkeypatch.setattr("apps.common.metrics.views.generate_latest", fail)
    response = Client(raise_request_exception=False).get("/metrics")
    assert (response.status_code, response["Content-Type"]) == (status, PROBLEM)
    assert response.headers.get("Retry-After") == ("5" if status == 503 else None)


def test_a_throttled_caller_hears_how_long_to_wait():
    assert response_to(exceptions.Throttled(wait=2.2))["Retry-After"] == "3"


def test_unknown_addresses_return_a_problem_and_a_request_id():
    response = Client().get("/nothing-here")
    assert response.status_code == 404
    assert response["Content-Type"] == PROBLEM
    assert response.json()["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("path", ["/%00", "/x?q=%00"])
def test_null_bytes_never_reach_a_query(path):
    assert Client().get(path).status_code == 400


def test_a_sane_request_id_is_kept_and_another_replaced():
    assert Client().get("/livez", headers={"X-Request-ID": "abc-12345678"})["X-Request-ID"] == "abc-12345678"
    assert Client().get("/livez", headers={"X-Request-ID": 'x"\n{}'})["X-Request-ID"] != 'x"\n{}'


def test_livez_needs_no_database(monkeypatch):
    monkeypatch.setattr(checks.connection, "cursor", lambda: pytest.fail("asked the database"))
    assert Client().get("/livez").status_code == 200


@pytest.mark.django_db
def test_readyz_says_what_is_missing(monkeypatch):
    assert Client().get("/readyz").status_code == 200
    monkeypatch.setattr(checks, "pending_migrations", lambda: 2)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert "2 not applied" in response.json()["failing"]["migrations"]


@pytest.mark.django_db
def test_readyz_says_when_the_database_is_away(monkeypatch):
    def away():
        raise DatabaseError("connection refused\nmore")

    monkeypatch.setattr(checks.connection, "cursor", away)
    response = Client().get("/startupz")
    assert response.status_code == 503
    assert response.json()["failing"] == {"database": "cannot be reached: connection refused"}


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [("/v1/uploads", 5_000, 404), ("/v1/uploads", 5_001, 413), ("/v1/uploads/1", 101, 413), ("/v1/other", 100, 404)],
)
def test_a_body_is_refused_by_its_announced_length_unless_its_address_takes_it(settings, path, size, status):
    settings.MAX_BODY_BYTES, settings.MAX_UPLOAD_BYTES, settings.UPLOAD_PATHS = 100, 5_000, (r"v1/uploads",)
    response = Client().post(path, b"x" * size, content_type="text/csv")
    assert response.status_code == status
    assert response["Content-Type"] == PROBLEM


def test_a_body_of_unknown_length_is_asked_for_its_length():
    request = RequestFactory().generic("POST", "/v1/uploads", headers={"Transfer-Encoding": "chunked"})
    assert body_length(request) is None
    assert BodySizeMiddleware(lambda _: pytest.fail("was let through"))(request).status_code == 411


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.django_db
def test_a_form_that_takes_uploads_is_read_only_for_staff(settings, is_staff):
    settings.UPLOAD_PATHS = (r"admin/add/",)
    client = Client(enforce_csrf_checks=True)
    client.force_login(StaffUser.objects.create(id=uuid7(), email="x@example.com", is_staff=is_staff))
    response = client.post("/admin/add/", {"file": io.BytesIO(b"x" * 200)})
    if is_staff:
        assert response.status_code == 403, "the admin itself responds: no token against forged requests"
    else:
        assert response["Location"] == "/admin/login/?next=/admin/add/"


def wsgi_environ(**headers: str) -> dict:
    return {"PATH_INFO": "/v1", "SCRIPT_NAME": "", "wsgi.input": io.BytesIO(), **headers}


@pytest.mark.parametrize(
    ("header", "script_name"),
    [("/api/catalog", "/api/catalog"), ("/evil", ""), ("", ""), ("/api/catalog/", "")],
)
def test_only_the_services_own_prefix_is_believed(header, script_name):
    seen = {}
    application = ForwardedPrefix(lambda environ, start: seen.update(environ) or [], "/api/catalog")
    application(wsgi_environ(HTTP_X_FORWARDED_PREFIX=header), lambda *_: None)
    assert seen["SCRIPT_NAME"] == script_name


def test_the_schema_and_its_page_are_served():
    assert Client().get("/schema/").status_code == 200
    page = Client().get("/docs/")
    assert page.status_code == 200
    assert b"<h1>" in page.content


def test_metrics_are_served():
    assert b"django_http_requests_total" in Client().get("/metrics").content


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/readyz", "/internal/events", "//internal/events", "/Metrics"])
@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PREFIX"])
def test_internal_paths_do_not_exist_behind_a_gateway(path, header):
    response = Client().get(path, **{header: "x"})
    assert response.status_code == 404
    assert response.json()["type"] == "/problems/not-found"


def test_inside_the_cluster_probes_and_metrics_are_served(db):
    assert Client().get("/livez").status_code == 200
    assert Client().get("/metrics").status_code == 200
