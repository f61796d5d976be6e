"""Rate limits of what is called before anybody is signed in."""

from __future__ import annotations

from apps.common.api.throttling import AddressThrottle


class BurstThrottle(AddressThrottle):
    """Each registration costs a password hash of many milliseconds."""

    scope, rate = "burst", "30/min"


class MailThrottle(AddressThrottle):
    """Bounds how much mail a stranger can make us send."""

    scope, rate = "mail", "200/hour"


MAIL_THROTTLES = [BurstThrottle, MailThrottle]
