import pytest

from apps.common.api.serializers import MoneySerializer
from apps.common.money import Money


def test_amounts_of_one_currency_add_subtract_and_multiply():
    price = Money(1999, "EUR")
    assert price + Money(1, "EUR") == Money(2000, "EUR")
    assert price - Money(2000, "EUR") == Money(-1, "EUR")
    assert 3 * price == price * 3 == Money(5997, "EUR")
    assert -price == Money(-1999, "EUR")


@pytest.mark.parametrize("operation", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b])
def test_currencies_never_mix(operation):
    with pytest.raises(ValueError, match="EUR and USD"):
        operation(Money(1, "EUR"), Money(1, "USD"))


@pytest.mark.parametrize(("amount", "currency"), [(1.5, "EUR"), (True, "EUR"), ("1", "EUR")])
def test_only_whole_minor_units_are_money(amount, currency):
    with pytest.raises(TypeError):
        Money(amount, currency)


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "E1R"])
def test_only_iso_codes_are_currencies(currency):
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1999, "EUR"), "€19.99"),
        (Money(-50, "USD"), "-$0.50"),
        (Money(1200, "JPY"), "¥1,200"),
        (Money(1234, "KWD"), "KWD\N{NO-BREAK SPACE}1.234"),
        (Money(100, "SEK"), "SEK\N{NO-BREAK SPACE}1.00"),
    ],
)
def test_people_read_major_units(money, text):
    assert str(money) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"), [(1900, "EUR", "19.00"), (1200, "JPY", "1200"), (5, "KWD", "0.005")]
)
def test_major_units_are_written_without_grouping(amount, currency, text):
    assert f"{Money(amount, currency).major_units:f}" == text


def test_the_serializer_goes_both_ways():
    serializer = MoneySerializer(data={"amount": 5, "currency": "EUR"})
    assert serializer.is_valid()
    assert serializer.validated_data == Money(5, "EUR")
    assert MoneySerializer(Money(5, "EUR")).data == {"amount": 5, "currency": "EUR"}


@pytest.mark.parametrize("data", [{"amount": 1.5, "currency": "EUR"}, {"amount": 1, "currency": "eur"}, {}, "5 EUR"])
def test_the_serializer_refuses_what_is_not_money(data):
    assert not MoneySerializer(data=data).is_valid()
