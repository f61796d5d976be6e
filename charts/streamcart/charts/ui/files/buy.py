"""Buys the cheapest goods in stock as a guest, with the sandbox's test card: what `helm test` runs inside the cluster.

Reads UI_URL, CATALOG_URL and PAYMENT_URL. Ends with 1 and a sentence when a step fails; an empty shop is no failure.
"""

import os
import sys
import uuid

import httpx

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
ADDRESS = {
    "name": "Helm Test",
    "line1": "Teststraße 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}


class Refused(Exception):
    """A step was answered otherwise than it should be."""


def ask(client, method, path, *, expect=200, **options):
    """The body of the answer. Raises Refused when its status is another."""
    response = client.request(method, path, **options)
    if response.status_code != expect:
        raise Refused(f"{method} {response.url} answered {response.status_code}, not {expect}: {response.text[:500]}")
    return response


def find_goods(catalog):
    """A SKU in stock, or None."""
    query = {"kind": "goods", "in_stock": "true", "sort": "price", "limit": 24}
    for product in ask(catalog, "GET", "/v1/products", params=query).json()["results"]:
        detail = ask(catalog, "GET", f"/v1/products/{product['slug']}").json()
        for variant in detail["variants"]:
            if variant["availability"] != "out_of_stock":
                return variant["sku"]
    return None


def buy(payment, sku):
    """The number of the paid order."""
    cart = ask(payment, "POST", "/v1/carts", json={}, expect=201).json()
    secret = {"X-Cart-Secret": cart["secret"]}
    ask(payment, "PUT", f"/v1/carts/{cart['id']}/lines/{sku}", json={"quantity": 1}, headers=secret)
    method = ask(payment, "POST", "/v1/payment-methods", json={"card": CARD}, headers=secret, expect=201).json()
    body = {
        "cart": cart["id"],
        "email": "helm-test@streamcart.example",
        "payment_method": method["id"],
        "shipping_address": ADDRESS,
        "shipping_method": "standard",
    }
    headers = secret | {"Idempotency-Key": uuid.uuid4().hex}
    order = ask(payment, "POST", "/v1/orders", json=body, headers=headers, expect=201).json()
    if order["state"] != "paid":
        raise Refused(f"Order {order['number']} is {order['state']}, not paid.")
    return order["number"]


def main():
    timeout = httpx.Timeout(30)
    try:
        with httpx.Client(base_url=os.environ["UI_URL"], timeout=timeout, follow_redirects=True) as shop:
            ask(shop, "GET", "/")
        with httpx.Client(base_url=os.environ["CATALOG_URL"], timeout=timeout) as catalog:
            sku = find_goods(catalog)
        if sku is None:
            print("The shop answers; there is nothing in stock to buy.")
            return
        with httpx.Client(base_url=os.environ["PAYMENT_URL"], timeout=timeout) as payment:
            print(f"Bought {sku}: order {buy(payment, sku)} is paid.")
    except (Refused, httpx.HTTPError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
