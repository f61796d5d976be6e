"""Shared parts of the admin's forms: an uploaded image."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldBooleanWidget,
)

from apps.catalog.products.rendering import render_upload
from apps.common.images import decode_image
from apps.common.problems import ValidationProblem


class UploadedImageForm(forms.ModelForm):
    """Uploads the image of a row, or removes it. The file is decoded here, so that what is no image is refused."""

    image_file = forms.FileField(
        required=False,
        label=_("Image"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("AVIF, WebP, JPEG, PNG or GIF. Without one, the shop shows that of the best-selling product."),
    )
    remove_image = forms.BooleanField(required=False, label=_("Remove the image"), widget=UnfoldBooleanWidget)

    IMAGE_FIELDS = (("image_file", "remove_image"),)

    def clean_image_file(self) -> Any:
        upload = self.cleaned_data["image_file"]
        if upload:
            try:
                decode_image(upload.read())
            except ValidationProblem as problem:
                raise forms.ValidationError(str(problem)) from problem
            upload.seek(0)
        return upload

    def image_columns(self, slug: str) -> dict[str, Any]:
        """The column of an uploaded image, rendered now; nothing when it stays as it is."""
        if upload := self.cleaned_data.get("image_file"):
            upload.seek(0)
            return {"uploaded_image": render_upload(upload.read(), slug=slug)}
        return {"uploaded_image": {}} if self.cleaned_data.get("remove_image") else {}
