"""Why no tax is charged, in words of the active language."""

from __future__ import annotations

from django.utils.translation import gettext

from apps.payment.tax.rates import TaxClass


def untaxed_title(reason: TaxClass) -> str:
    """As a row of sums."""
    match reason:
        case TaxClass.INTRA_COMMUNITY:
            return gettext("VAT-free intra-community supply")
        case TaxClass.REVERSE_CHARGE:
            return gettext("Reverse charge")
        case _:
            return gettext("VAT-free export")


def untaxed_sentence(reason: TaxClass) -> str:
    """As a note, which the law asks for."""
    match reason:
        case TaxClass.INTRA_COMMUNITY:
            return gettext("Intra-community supply: exempt from VAT.")
        case TaxClass.REVERSE_CHARGE:
            return gettext("Reverse charge: the recipient of the service accounts for the VAT.")
        case _:
            return gettext("Export: exempt from VAT.")
