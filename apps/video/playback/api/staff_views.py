"""Entitlements of all accounts: found, granted and revoked by support staff and video staff, as in the admin."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.api.requests import validated, validated_query
from apps.common.api.views import NO_STORE
from apps.common.idempotency import optionally_idempotent
from apps.common.identity.permissions import RequireRole, principal_of
from apps.video.accounts import account_named, known_accounts
from apps.video.playback import selectors, services
from apps.video.playback.api import examples, staff_serializers
from apps.video.playback.models import Entitlement

STAFF = [RequireRole("support_staff", "video_staff")]


class StaffEntitlementsView(ListAPIView):
    """Entitlements of all accounts, newest first."""

    permission_classes = STAFF
    serializer_class = staff_serializers.StaffEntitlementSerializer
    queryset = Entitlement.objects.none()
    ordering = ("-granted_at", "-id")

    @extend_schema(parameters=[staff_serializers.StaffEntitlementsQuerySerializer], examples=[examples.FOUND])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Entitlements of all accounts, newest first. An `account` that does not exist is refused."""
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Entitlement]:
        query = dict(validated_query(staff_serializers.StaffEntitlementsQuerySerializer, self.request))
        account = query.pop("account", None)
        return selectors.find_entitlements(user_id=account_named(account).id if account else None, **query)

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        rows = self.paginate_queryset(self.get_queryset()) or []
        context = {"accounts": known_accounts({row.user_id for row in rows})}
        data = staff_serializers.StaffEntitlementSerializer(rows, many=True, context=context).data
        response = self.get_paginated_response(data)
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(
        request=staff_serializers.NewEntitlementSerializer,
        responses={201: staff_serializers.EntitlementHistorySerializer},
        examples=[examples.GRANT, examples.GRANTED_BY_STAFF],
    )
    @optionally_idempotent
    def post(self, request: Request) -> Response:
        """Grant an account the right to watch a title, and what is below it, until a time or for good."""
        data = validated(staff_serializers.NewEntitlementSerializer, request)
        grant = services.StaffGrant(
            account_named(data["account"]).id, data["title_slug"], data["reason"], data["expires_at"]
        )
        entitlement = services.grant_by_staff(grant, actor=principal_of(request).email)
        return _entitlement(entitlement.pk, status=status.HTTP_201_CREATED)


class StaffEntitlementView(APIView):
    permission_classes = STAFF

    @extend_schema(responses=staff_serializers.EntitlementHistorySerializer, examples=[examples.WITH_HISTORY])
    def get(self, request: Request, entitlement_id: uuid.UUID) -> Response:
        """One entitlement with its history: what happened to it, when, why and by whom."""
        return _entitlement(entitlement_id)


class RevokeView(APIView):
    permission_classes = STAFF

    @extend_schema(
        request=staff_serializers.EntitlementReasonSerializer,
        responses=staff_serializers.EntitlementHistorySerializer,
        examples=[examples.REVOKE, examples.WITH_HISTORY],
    )
    @optionally_idempotent
    def post(self, request: Request, entitlement_id: uuid.UUID) -> Response:
        """Revoke an entitlement: what plays now stops within a minute. No money goes back."""
        return _decide(request, entitlement_id, services.revoke_by_staff)


class ReinstateView(APIView):
    permission_classes = STAFF

    @extend_schema(
        request=staff_serializers.EntitlementReasonSerializer,
        responses=staff_serializers.EntitlementHistorySerializer,
        examples=[examples.REINSTATE, examples.REINSTATED],
    )
    @optionally_idempotent
    def post(self, request: Request, entitlement_id: uuid.UUID) -> Response:
        """Reinstate a revoked entitlement, until it expires."""
        return _decide(request, entitlement_id, services.reinstate_by_staff)


def _decide(request: Request, entitlement_id: uuid.UUID, do: Callable[..., None]) -> Response:
    data = validated(staff_serializers.EntitlementReasonSerializer, request)
    do(entitlement_id, actor=principal_of(request).email, reason=data["reason"])
    return _entitlement(entitlement_id)


def _entitlement(entitlement_id: uuid.UUID, *, status: int = 200) -> Response:
    """An entitlement with its history and its account's e-mail address."""
    found = selectors.entitlement_with_history(entitlement_id)
    context = {"accounts": known_accounts({found.user_id})}
    data = staff_serializers.EntitlementHistorySerializer(found, context=context).data
    return Response(data, status=status, headers=NO_STORE)
