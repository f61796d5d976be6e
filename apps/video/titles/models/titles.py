"""Films, series and their parts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.translated import Translated
from apps.video.titles.models.facts import Genre


class Title(Translated):
    """A film, a series, or a part of one: facts that do not depend on how it is sold.

    `asset_id` names the output that is streamed. Series and seasons have none: they are ready when something below them
    is. A title's kind never changes, so what may stand below it never does either.
    """

    class Kind(models.TextChoices):
        FILM = "film", _("Film")
        SERIES = "series", _("Series")
        SEASON = "season", _("Season")
        EPISODE = "episode", _("Episode")
        EXTRA = "extra", _("Extra")
        TRAILER = "trailer", _("Trailer")

    class Encryption(models.TextChoices):
        NONE = "none", _("None")
        AES_128 = "aes-128", _("AES-128 (HLS)")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ENCODING = "encoding", _("Encoding")
        READY = "ready", _("Ready")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    TRANSLATABLE = ("name", "tagline", "synopsis")
    # What each kind belongs to; those that are missing here stand alone.
    PARENT_KINDS = {
        Kind.SEASON: (Kind.SERIES,),
        Kind.EPISODE: (Kind.SEASON,),
        Kind.EXTRA: (Kind.FILM, Kind.SERIES),
        Kind.TRAILER: (Kind.FILM, Kind.SERIES),
    }
    # Kinds that only hold others.
    FOLDERS = (Kind.SERIES, Kind.SEASON)
    NUMBERED = (Kind.SEASON, Kind.EPISODE)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.FILM, db_default=Kind.FILM)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", verbose_name=_("belongs to"), null=True, blank=True
    )
    # Of a season in its series, of an episode in its season.
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    # What it is called where it was made.
    original_name = models.CharField(_("original title"), max_length=200, blank=True, db_default="")
    tagline = models.CharField(_("tagline"), max_length=200, blank=True, db_default="")
    synopsis = models.TextField(_("synopsis"), max_length=4000, blank=True)
    genres = models.ManyToManyField(Genre, verbose_name=_("genres"), related_name="titles", blank=True)
    # Countries of production, ISO 3166-1 alpha-2.
    countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("countries"), default=list, db_default=[], blank=True
    )
    # Listed, and started newly, from then until before then, in these countries (everywhere when there are none). Who
    # bought a film keeps it.
    available_from = models.DateTimeField(_("available from"), null=True, blank=True)
    available_until = models.DateTimeField(_("available until"), null=True, blank=True)
    available_countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("available in"), default=list, db_default=[], blank=True
    )
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    # Whoever subscribes to a plan with one of these packages may watch it.
    packages = ArrayField(
        models.SlugField(max_length=40), verbose_name=_("film packages"), default=list, db_default=[], blank=True
    )
    poster = models.ImageField(_("poster"), upload_to="posters/", blank=True, max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    runtime_seconds = models.PositiveIntegerField(_("runtime"), default=0, editable=False)
    # How its segments are protected: what it is encoded with from now on (apps.video.protection).
    encryption = models.CharField(
        _("encryption"),
        max_length=10,
        choices=Encryption,
        default=Encryption.NONE,
        db_default=Encryption.NONE,
        help_text=_("Of the next encoding: encode the film again after a change."),
    )
    # In seconds from the beginning, for players: where "Skip intro" begins and jumps to, where the end credits begin.
    intro_start = models.PositiveIntegerField(_("intro from"), null=True, blank=True, help_text=_("Seconds."))
    intro_end = models.PositiveIntegerField(_("intro until"), null=True, blank=True, help_text=_("Seconds."))
    credits_start = models.PositiveIntegerField(_("end credits from"), null=True, blank=True, help_text=_("Seconds."))
    asset_id = models.UUIDField(null=True, blank=True, editable=False)
    # The master playlist of the asset that players begin with; further renditions come with a playlist of a new name.
    manifest = models.CharField(max_length=40, default="master.m3u8", db_default="master.m3u8", editable=False)
    # Counts changes: what If-Match compares, and which of two events about a title is the newer one.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    # A hash of what other services heard last, so that only news is published.
    announced = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    # Whether it was on offer then: windows open and close without anybody writing.
    announced_on_offer = models.BooleanField(default=False, db_default=False, editable=False)
    # Of a trailer: the one file that everybody may fetch, in the storage.
    public_file = models.CharField(max_length=200, blank=True, db_default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(asset_id__isnull=False) | Q(kind__in=["series", "season"]),
                name="title_ready_has_asset",
            ),
            models.CheckConstraint(
                condition=Q(asset_id__isnull=True) | ~Q(kind__in=["series", "season"]), name="title_folder_has_no_asset"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["film", "series"], parent=None)
                | Q(kind__in=["season", "episode", "extra", "trailer"], parent__isnull=False),
                name="title_parent_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["season", "episode"], number__isnull=False)
                | (~Q(kind__in=["season", "episode"]) & Q(number=None)),
                name="title_number_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(intro_start=None, intro_end=None) | Q(intro_start__lt=models.F("intro_end")),
                name="title_intro_has_length",
            ),
            models.CheckConstraint(
                condition=Q(available_from=None)
                | Q(available_until=None)
                | Q(available_from__lt=models.F("available_until")),
                name="title_window_has_length",
            ),
            # Two people who add episode 3 at once: one of them is refused.
            models.UniqueConstraint(
                fields=["parent", "number"], name="title_number_once_in_parent", condition=Q(number__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="title_list", condition=Q(state="ready")),
            GinIndex(fields=["packages"], name="title_packages"),
        ]

    def __str__(self) -> str:
        """With what it is a part of: a trailer or an episode alone says little."""
        name = f"{self.name} ({self.year})" if self.year else self.name
        return f"{self.parent}: {name}" if self.parent else name
