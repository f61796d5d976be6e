"""Writes to titles."""

from apps.video.titles.services.artwork import add_artwork, remove_artwork, set_first_poster, set_poster
from apps.video.titles.services.captions import remove_captions, set_captions
from apps.video.titles.services.people import change_person, create_person
from apps.video.titles.services.publishing import (
    Published,
    announce_windows,
    bring_back,
    mark_not_encoded,
    mark_ready,
    set_public_file,
    withdraw,
)
from apps.video.titles.services.relations import save_genre
from apps.video.titles.services.titles import change_title, create_title, save_title

__all__ = [
    "Published",
    "add_artwork",
    "announce_windows",
    "bring_back",
    "change_person",
    "change_title",
    "create_person",
    "create_title",
    "mark_not_encoded",
    "mark_ready",
    "remove_artwork",
    "remove_captions",
    "save_genre",
    "save_title",
    "set_captions",
    "set_first_poster",
    "set_poster",
    "set_public_file",
    "withdraw",
]
