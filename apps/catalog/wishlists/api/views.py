"""The wishlist of the signed-in customer, and shared ones."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.catalog.products.translations import requested_language
from apps.catalog.wishlists import selectors, services
from apps.catalog.wishlists.api import serializers
from apps.common.api.requests import validated, validated_query
from apps.common.api.views import REVALIDATE, GuestView
from apps.common.identity.permissions import IsUser, user_id_of

PRIVATE = {"Cache-Control": "private, no-store"}


class WishlistView(APIView):
    permission_classes = [IsUser]

    @extend_schema(parameters=[serializers.WishlistQuerySerializer], responses=serializers.WishlistSerializer)
    def get(self, request: Request) -> Response:
        """Get your wishlist."""
        wishlist = selectors.own_wishlist(user_id_of(request), **_shown_in(request))
        return Response(serializers.WishlistSerializer(wishlist).data, headers=PRIVATE)


class WishlistItemView(APIView):
    permission_classes = [IsUser]

    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, slug: str) -> Response:
        """Put a product on your wishlist, which has room for 200. One that is there stays there."""
        services.add_product(user_id_of(request), slug)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Take a product off your wishlist, whether or not it is there."""
        services.remove_product(user_id_of(request), slug)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WishlistShareView(APIView):
    permission_classes = [IsUser]

    @extend_schema(request=serializers.ShareRequestSerializer, responses={200: serializers.ShareSerializer})
    def post(self, request: Request) -> Response:
        """Share your wishlist. Sharing it again returns the same token and sets the name."""
        shared = services.share(user_id_of(request), **validated(serializers.ShareRequestSerializer, request))
        return Response(serializers.ShareSerializer(shared).data, headers=PRIVATE)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Stop sharing your wishlist. Its token is void; sharing again makes another one."""
        services.stop_sharing(user_id_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SharedWishlistView(GuestView):
    @extend_schema(parameters=[serializers.WishlistQuerySerializer], responses=serializers.SharedWishlistSerializer)
    def get(self, request: Request, token: str) -> Response:
        """Get a wishlist that somebody shares."""
        wishlist = selectors.shared_wishlist(token, **_shown_in(request))
        data = {"name": wishlist.share.name if wishlist.share else "", "results": wishlist.results}
        headers = REVALIDATE | {"Vary": "Accept-Language"}
        return Response(serializers.SharedWishlistSerializer(data).data, headers=headers)


def _shown_in(request: Request) -> dict[str, Any]:
    """The currency and the language of the response. Raises ValidationError, ValidationProblem."""
    query = validated_query(serializers.WishlistQuerySerializer, request)
    accepted = request.headers.get("Accept-Language", "")
    return {
        "currency": query["currency"],
        "language": requested_language(asked=query.get("lang", ""), accepted=accepted),
    }
