"""What people see of a start, and what `manage.py status` reports about what runs."""

from __future__ import annotations

import pytest

from devtools.project import LOCAL_ROLES, SERVICES

pytestmark = pytest.mark.e2e
# Before the banner, from a shop without its demo; scripts/setup adds a few when it installs.
MAX_LINES = 40
MAX_MEMORY = 1.2 * 1024**3


def test_a_start_is_a_few_lines_without_warnings_and_ends_with_the_banner(stack):
    log = stack.var / "up.log"
    if not log.is_file():
        pytest.skip("The stack was started by somebody else (TEST_STACK).")
    before, _, after = log.read_text().partition("StreamCart is ready")
    assert after, "there is no banner"
    assert len(before.splitlines()) <= MAX_LINES
    assert not any(word in before for word in ("Warning", "WARNING", "FATAL", "[info"))
    assert "make status" in after


def test_status_reports_every_process_and_a_healthy_stack_of_moderate_size(stack):
    found = stack.status_at_start
    assert {service["name"]: service["health"] for service in found["services"]} == dict.fromkeys(SERVICES, "ok")
    names = {process["name"] for process in found["processes"]}
    roles = {f"{service}.{role}" for service, roles in LOCAL_ROLES.items() for role in roles}
    assert names >= {"supervisor", "postgres", "valkey", "gateway", *roles}
    assert found["memory"] < MAX_MEMORY
    followed = {service["name"]: set(service["events_behind"]) for service in found["services"]}
    assert followed["video"] == {"auth", "payment"}
