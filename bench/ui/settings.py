"""The storefront as it is, and beside it the page that it is compared with."""

from apps.ui.settings import *

ROOT_URLCONF = "bench.ui.urls"
