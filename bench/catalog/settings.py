"""The catalogue as it is, and beside it the responses that it is compared with."""

from apps.catalog.settings import *

ROOT_URLCONF = "bench.catalog.urls"
