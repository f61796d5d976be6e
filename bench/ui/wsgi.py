"""gunicorn's entry."""

from apps.common.wsgi import make_application

application = make_application("ui")
