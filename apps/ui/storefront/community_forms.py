"""Forms of what customers say and share: reviews, reports of reviews, wishlists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.ui.storefront.forms import ShopForm, text

# What scripts make the files of one form small enough for; the gateway takes 1 MB with everything around them.
MAX_IMAGES_BYTES = 900_000
MAX_IMAGES = 4


class ImagesInput(forms.ClearableFileInput):
    """A field for several images."""

    allow_multiple_selected = True


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
    # What is an image is for catalog to say; the view reads the files.
    images = forms.Field(
        label=_("Images"),
        required=False,
        help_text=_("Up to four, JPEG, PNG or WebP, together at most 1 MB. Your browser makes larger ones smaller."),
        widget=ImagesInput(attrs={"multiple": True, "accept": "image/*", "data-max-bytes": MAX_IMAGES_BYTES}),
    )

    def text_fields(self) -> dict[str, Any]:
        """Rating, title and body, as they were sent."""
        return {name: self.cleaned_data[name] for name in ("rating", "title", "body")}


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
