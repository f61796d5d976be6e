"""Names of signed-in devices that their owners recognise, from the browsers' User-Agent."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import gettext
from ua_parser import parse

# As people call them, where the User-Agent's own words differ.
BROWSERS = {"IE": "Internet Explorer", "Opera Mini": "Opera"}
# "Mobile Safari", "Chrome Mobile", "Firefox iOS": the system says that already.
MOBILE = re.compile(r"^Mobile | Mobile\b.*$| iOS$")
SYSTEMS = {"Mac OS X": "macOS"}
# Apple's own devices are known by their names, all others by their systems.
DEVICES = frozenset({"iPhone", "iPad", "iPod"})


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
