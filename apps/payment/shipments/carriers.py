"""Carriers, and where their parcels are tracked. A carrier more is a row more."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext, gettext_noop


@dataclass(frozen=True, slots=True)
class Carrier:
    """`tracking_url` holds `{number}`; empty where the link must be entered with each parcel."""

    code: str
    name: str
    tracking_url: str = ""

    def link(self, number: str) -> str:
        """The page that tracks a parcel; empty without a number or for a carrier without such pages."""
        return self.tracking_url.format(number=quote(number, safe="")) if number and self.tracking_url else ""


# Names are proper names; only the last is a word, translated where it is shown.
OTHER = Carrier("other", gettext_noop("Other carrier"))
CARRIERS = {
    carrier.code: carrier
    for carrier in (
        Carrier("dhl", "DHL", "https://www.dhl.com/global-en/home/tracking/tracking-parcel.html?tracking-id={number}"),
        Carrier("dpd", "DPD", "https://tracking.dpd.de/status/en_US/parcel/{number}"),
        Carrier("gls", "GLS", "https://gls-group.com/track/{number}"),
        Carrier("ups", "UPS", "https://www.ups.com/track?tracknum={number}"),
        Carrier(
            "hermes", "Hermes", "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{number}"
        ),
        Carrier("royal_mail", "Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{number}"),
        Carrier("swiss_post", "Swiss Post", "https://service.post.ch/ekp-web/ui/entry/search/{number}"),
        Carrier("la_poste", "La Poste", "https://www.laposte.fr/outils/suivre-vos-envois?code={number}"),
        Carrier("postnl", "PostNL", "https://jouw.postnl.nl/track-and-trace/{number}"),
        OTHER,
    )
}


def carrier_choices() -> list[tuple[str, str]]:
    """Codes with names, for schemas."""
    return [(carrier.code, carrier.name) for carrier in CARRIERS.values()]


def localised_choices() -> list[tuple[str, str]]:
    """Codes with names in the active language."""
    return [(code, carrier_name(code)) for code in CARRIERS]


def carrier_name(code: str) -> str:
    """A carrier's name in the active language; the code of one that is no longer in the list."""
    carrier = CARRIERS.get(code)
    return code if carrier is None else gettext(carrier.name)
