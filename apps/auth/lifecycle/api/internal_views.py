"""What other services may ask about accounts."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.auth.lifecycle.api import serializers
from apps.auth.lifecycle.selectors import accounts_by_email, accounts_by_id
from apps.common.api.requests import validated_query
from apps.common.api.views import NO_STORE
from apps.common.identity.permissions import RequireScope


class AccountsView(APIView):
    permission_classes = [RequireScope("accounts:read")]

    @extend_schema(
        tags=["internal"],
        parameters=[serializers.AccountsQuerySerializer],
        responses=serializers.FoundAccountsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Accounts by e-mail address, or by up to 100 ids; those that do not exist are left out.

        Staff of other services search by the address of a customer, which only this service knows.
        """
        query = validated_query(serializers.AccountsQuerySerializer, request)
        found = accounts_by_email(query["email"]) if "email" in query else accounts_by_id(query["ids"])
        return Response(serializers.FoundAccountsSerializer({"results": found}).data, headers=NO_STORE)
