"""Names of devices that their owners recognise, from the browsers' User-Agent: of sign-ins and of players."""

from __future__ import annotations

import re
from functools import lru_cache

from django.http import HttpRequest
from django.utils.translation import gettext
from ua_parser import parse

# As people call them, where the User-Agent's own words differ.
BROWSERS = {"IE": "Internet Explorer", "Opera Mini": "Opera"}
# "Mobile Safari", "Chrome Mobile", "Firefox iOS": the system says that already.
MOBILE = re.compile(r"^Mobile | Mobile\b.*$| iOS$")
SYSTEMS = {"Mac OS X": "macOS"}
# Apple's own devices are known by their names, all others by their systems.
DEVICES = frozenset({"iPhone", "iPad", "iPod"})

# What services store of a User-Agent.
MAX_USER_AGENT_LENGTH = 256


def user_agent_of(request: HttpRequest) -> str:
    """The User-Agent of the shopper's browser, which the storefront and the admins pass on; printable and of a bounded
    length."""
    agent = "".join(character for character in request.META.get("HTTP_USER_AGENT", "") if character.isprintable())
    return agent[:MAX_USER_AGENT_LENGTH]


def device_name(user_agent: str) -> str:
    """`Safari on iPhone`, `Chrome on Windows`, in the active language."""
    browser, system = _browser_and_system(user_agent)
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Unknown device")


@lru_cache(maxsize=1000)
def _browser_and_system(user_agent: str) -> tuple[str, str]:
    """Empty where the User-Agent does not say."""
    found = parse(user_agent)
    browser = MOBILE.sub("", found.user_agent.family) if found.user_agent else ""
    system = found.os.family if found.os else ""
    if found.device and found.device.family in DEVICES:
        system = found.device.family
    return BROWSERS.get(browser, browser), SYSTEMS.get(system, system)
