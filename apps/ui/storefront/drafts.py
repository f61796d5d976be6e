"""Forms that could not be sent because the session had ended: kept until the same person has signed in again.

What was typed lies in an encrypted cookie of its own, for an hour, without passwords and cards.
"""

from __future__ import annotations

from django.http import HttpResponse, QueryDict

from apps.ui.storefront.cookies import MAX_BYTES, seal, unseal
from apps.ui.storefront.session import ShopRequest, cookie_options

COOKIE = "shop_draft"
MAX_AGE = 3600
# Cards, passwords, and what belongs to one page only.
LEFT_OUT = ("card-", "password", "current_password", "new_password", "step", "key", "next", "lines", "items_total")


def keep_draft(request: ShopRequest, response: HttpResponse) -> None:
    """Keep the form of this request with the response that leads to the sign-in page; left out when it is too long."""
    data = request.POST.copy()
    for name in list(data):
        if name.startswith(LEFT_OUT):
            del data[name]
    owner = request.shop.last_user_id
    value = seal(COOKIE, {"path": request.path, "owner": owner, "form": data.urlencode()})
    if data and len(value) <= MAX_BYTES:
        response.set_cookie(COOKIE, value, max_age=MAX_AGE, **cookie_options())


def draft_of(request: ShopRequest) -> QueryDict | None:
    """The draft of the form at this path; None for that of somebody else."""
    draft = unseal(COOKIE, request.COOKIES.get(COOKIE, ""), max_age=MAX_AGE)
    user = request.shop.user
    owner = draft.get("owner")
    if draft.get("path") != request.path or (owner and (user is None or user.sub != owner)):
        return None
    return QueryDict(draft["form"])


def forget_draft(response: HttpResponse) -> HttpResponse:
    """The response, after which the draft is gone: its form is shown again, or was sent."""
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
