"""This service's part of the admin's sidebar. Each link is shown to users with the permission to view its list."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.common.admin_site.navigation import Group, model_link

NAVIGATION = [
    Group(
        [
            model_link(_("Films"), "movie", "titles.title"),
            model_link(_("People"), "groups", "titles.person"),
            model_link(_("Genres"), "category", "titles.genre"),
            model_link(_("Uploads"), "upload", "uploads.upload"),
            model_link(_("Encodings"), "video_settings", "encoding.encoding"),
            model_link(_("Watching now"), "live_tv", "playback.playbacksession"),
            model_link(_("Statistics"), "bar_chart", "playback.titlestatistics"),
            model_link(_("Entitlements"), "confirmation_number", "playback.entitlement"),
            model_link(_("Gift codes"), "redeem", "playback.giftbatch"),
            model_link(_("Subscriptions"), "autorenew", "playback.subscriptionaccess"),
        ],
    ),
]
