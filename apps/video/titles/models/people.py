"""Who made a title and who plays in it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7
from apps.common.translated import Translated
from apps.video.titles.models.titles import Title


class Person(Translated):
    """Somebody with a part in films. Two people may have one name; their addresses differ."""

    TRANSLATABLE = ("biography",)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120, db_index=True)
    born_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    died_year = models.PositiveSmallIntegerField(_("year of death"), null=True, blank=True)
    biography = models.TextField(_("biography"), max_length=4000, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(born_year=None) | Q(died_year=None) | Q(born_year__lte=F("died_year")),
                name="person_born_before_died",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Credit(models.Model):
    """One person's part in one title, in the order of the credits (`position`) within a role."""

    class Role(models.TextChoices):
        DIRECTOR = "director", _("Director")
        WRITER = "writer", _("Writer")
        CAST = "cast", _("Cast")
        PRODUCER = "producer", _("Producer")
        CAMERA = "camera", _("Camera")
        COMPOSER = "composer", _("Composer")
        EDITOR = "editor", _("Editor")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credits", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    # Whom a member of the cast plays.
    character = models.CharField(_("plays"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("cast and crew")
        constraints = [
            models.UniqueConstraint(fields=["title", "person", "role"], name="credit_once_per_role"),
            models.CheckConstraint(condition=Q(character="") | Q(role="cast"), name="credit_character_of_cast"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
