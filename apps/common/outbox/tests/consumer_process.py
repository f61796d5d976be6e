"""A real consumer process for test_processes.py: `python -m apps.common.outbox.tests.consumer_process …`.

Its handler records the effect and then, as the environment says, kills the process (DIE_AT, a subject) or waits for a
file to appear (WAIT_AT, a subject; WAIT_FOR, the file), after creating the file REACHED.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django


def main(arguments: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "apps.common.outbox.tests.consumer_settings"
    django.setup()
    from django.core.management import call_command

    from apps.common.identity import service_tokens
    from apps.common.outbox import Event, registry, subscribe
    from apps.common.outbox.tests.helpers import record_effect, wait_until

    # The library's own subscriptions stay out: nobody serves the feed of `auth` here.
    registry.discover = lambda: None
    service_tokens.get_service_token = lambda: os.environ["FEED_TOKEN"]

    @subscribe("common", "order.paid")
    def record(event: Event) -> None:
        record_effect(event)
        if event.subject == os.environ.get("DIE_AT"):
            os.kill(os.getpid(), signal.SIGKILL)
        if event.subject == os.environ.get("WAIT_AT"):
            Path(os.environ["REACHED"]).touch()
            wait_until(Path(os.environ["WAIT_FOR"]).exists)

    call_command("events", *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
