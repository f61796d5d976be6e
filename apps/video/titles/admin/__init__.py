"""Titles, people and genres in the admin."""

from apps.video.titles.admin import genres, people, titles

__all__ = ["genres", "people", "titles"]
