from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    name = "apps.video.playback"
    label = "playback"
