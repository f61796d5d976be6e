"""Titles, who made them, and what shops and players show of them."""

from apps.video.titles.models.artwork import Artwork
from apps.video.titles.models.captions import CaptionTrack
from apps.video.titles.models.facts import AgeRating, Genre
from apps.video.titles.models.people import Credit, Person
from apps.video.titles.models.titles import Title

__all__ = ["AgeRating", "Artwork", "CaptionTrack", "Credit", "Genre", "Person", "Title"]
