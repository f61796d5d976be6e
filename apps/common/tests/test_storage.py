"""Blob Storage: the shop's own addresses, and who signs in."""

from __future__ import annotations

from azure.identity import DefaultAzureCredential

from apps.common.storage import BlobStorage

# Shaped as Azurite has it; the key opens nothing.
AZURITE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
)


def test_files_have_the_shop_s_own_address_and_no_signature(settings):
    settings.MEDIA_URL = "https://shop.example/media/catalog/"
    storage = BlobStorage(account_name="shop", azure_container="catalog", connection_string=AZURITE)
    assert storage.url("products/a mug-640.webp") == "https://shop.example/media/catalog/products/a%20mug-640.webp"


def test_without_a_connection_string_the_workload_identity_signs_in():
    storage = BlobStorage(account_name="shop", azure_container="catalog", connection_string=None)
    assert isinstance(storage.token_credential, DefaultAzureCredential)


def test_a_connection_string_needs_no_identity():
    storage = BlobStorage(account_name="shop", azure_container="catalog", connection_string=AZURITE)
    assert storage.token_credential is None
