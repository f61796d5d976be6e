"""Who watches now, and how often films are watched."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from apps.common.admin_site.display import duration
from apps.common.devices import device_name
from apps.common.languages import current_language
from apps.common.model_admin import ReadOnly
from apps.common.numbers import grouped, percentage
from apps.video.playback import services, statistics
from apps.video.playback.admin.accounts import SearchedByEmail
from apps.video.playback.models import PlaybackSession, TitleStatistics
from apps.video.playback.selectors import playing_sessions

REFRESH_SECONDS = 30


class PlayingFilter(admin.SimpleListFilter):
    """Those that play, unless all are asked for."""

    title = _("playback")
    parameter_name = "playing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", gettext("All, also those that ended"))]

    def choices(self, changelist: Any) -> Any:
        """The choice without a value is what plays now."""
        first, *others = super().choices(changelist)
        yield {**first, "display": gettext("Playing now")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[PlaybackSession]) -> QuerySet[PlaybackSession]:
        return queryset if self.value() == "all" else queryset & playing_sessions()


@admin.register(PlaybackSession)
class PlaybackSessionAdmin(SearchedByEmail, ReadOnly, ModelAdmin):
    list_display = ["title", "shown_account", "shown_device", "created_at", "shown_position", "shown_rebuffering"]
    list_filter = [PlayingFilter]
    list_select_related = ["title__parent__parent"]
    search_fields = ["title__name", "title__slug"]
    search_help_text = _("Search by the customer’s e-mail address or film")
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["stop"]
    fields = readonly_fields = [
        "title",
        "shown_account",
        "shown_device",
        "created_at",
        "heartbeat_at",
        "ended_at",
        "shown_position",
        "shown_watched",
        "shown_rebuffering",
    ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """What plays now is asked for again from time to time; not while somebody confirms an action."""
        response = super().changelist_view(request, extra_context)
        if request.method == "GET":
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    @admin.display(description=_("device"))
    def shown_device(self, session: PlaybackSession) -> str:
        return device_name(session.user_agent)

    @admin.display(description=_("position"), ordering="position_seconds")
    def shown_position(self, session: PlaybackSession) -> str:
        values = {
            "position": duration(session.position_seconds) or "0:00:00",
            "total": duration(session.title.runtime_seconds),
        }
        return gettext("%(position)s of %(total)s") % values

    @admin.display(description=_("watched"))
    def shown_watched(self, session: PlaybackSession) -> str:
        return duration(session.watched_seconds)

    @admin.display(description=_("rebuffering"), ordering="rebuffer_seconds")
    def shown_rebuffering(self, session: PlaybackSession) -> str:
        return _rebuffering(session.rebuffer_count, session.rebuffer_seconds)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """The form is read-only; who may change sessions may end them."""
        return request.user.has_perm("playback.change_playbacksession")

    @admin.action(description=_("Stop playback"), permissions=["stop"])
    def stop(self, request: HttpRequest, queryset: QuerySet[PlaybackSession]) -> None:
        count = services.end_sessions(list(queryset.values_list("pk", flat=True)))
        sentence = ngettext("%(count)s playback was stopped.", "%(count)s playbacks were stopped.", count)
        messages.success(request, sentence % {"count": grouped(count)})


def _rebuffering(count: int, seconds: float) -> str:
    if not count:
        return ""
    sentence = ngettext("%(count)s time, %(seconds)s s", "%(count)s times, %(seconds)s s", count)
    return sentence % {"count": grouped(count), "seconds": grouped(round(seconds))}


@admin.register(TitleStatistics)
class TitleStatisticsAdmin(ReadOnly, ModelAdmin):
    """Of the last 90 days."""

    list_display = ["name", "shown_plays", "shown_viewers", "shown_time", "shown_rebuffering"]
    search_fields = ["name", "slug"]
    search_help_text = _("Search by film")
    ordering = ["name"]
    show_full_result_count = False
    fields = readonly_fields = [
        "name",
        "shown_plays",
        "shown_viewers",
        "shown_time",
        "shown_rebuffering",
        "shown_drop_off",
    ]

    class Media:
        css = {"all": ["playback/statistics.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[TitleStatistics]:
        return statistics.with_plays(super().get_queryset(request))

    @admin.display(description=_("plays"), ordering="-plays")
    def shown_plays(self, title: Any) -> str:
        return grouped(title.plays)

    @admin.display(description=_("viewers"), ordering="-viewers")
    def shown_viewers(self, title: Any) -> str:
        return grouped(title.viewers)

    @admin.display(description=_("watch time"), ordering="-watched")
    def shown_time(self, title: Any) -> str:
        return duration(title.watched)

    @admin.display(description=_("rebuffering"), ordering="-rebuffered")
    def shown_rebuffering(self, title: Any) -> str:
        """With its part of the time that was watched, which is what viewers notice."""
        if not title.watched:
            return _rebuffering(title.rebuffers, title.rebuffered)
        part = percentage(round(title.rebuffered * 10_000 / title.watched), current_language())
        return " · ".join(text for text in (part, _rebuffering(title.rebuffers, title.rebuffered)) if text)

    @admin.display(description=_("how far viewers get"))
    def shown_drop_off(self, title: TitleStatistics) -> SafeString:
        return render_to_string("playback/fragment_drop_off.html", {"points": statistics.drop_off(title)})
