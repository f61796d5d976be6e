"""Forms of what customers say and share: reviews, reports of reviews, wishlists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.ui.storefront.forms import ShopForm, text


class ReviewForm(ShopForm):
    rating = forms.TypedChoiceField(
        label=_("Rating"),
        coerce=int,
        choices=[
            ("", _("Choose")),
            (5, _("5, excellent")),
            (4, _("4, good")),
            (3, _("3, okay")),
            (2, _("2, poor")),
            (1, _("1, very poor")),
        ],
    )
    title = text(_("Title"), autocomplete="off", length=120)
    body = forms.CharField(label=_("Review"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 7}))


class ReportForm(ShopForm):
    """Why a review should be removed."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("offensive", _("Offensive")),
            ("spam", _("Spam or advertising")),
            ("private", _("Contains personal information")),
            ("off_topic", _("Not about the product")),
        ],
    )
    comment = forms.CharField(
        label=_("Details"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ShareForm(ShopForm):
    """The name under which a wishlist is shared."""

    name = text(_("Your name, as others see it"), autocomplete="name", length=80, required=False)
