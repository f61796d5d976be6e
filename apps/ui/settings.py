"""Settings of the storefront. It has no database: what it remembers of a visitor lies in an encrypted cookie."""

from __future__ import annotations

from apps.common.settings.base import *
from apps.common.settings.base import COMMON_APPS, PUBLIC_URL, REST_FRAMEWORK, env

INSTALLED_APPS = [*COMMON_APPS, "django.contrib.messages", "csp", "apps.ui.storefront"]
ROOT_URLCONF = "apps.ui.urls"
AUTHENTICATION_BACKENDS = []
# The problem handler is shared with the APIs; users come from tokens, not from Django.
REST_FRAMEWORK["UNAUTHENTICATED_USER"] = None  # type: ignore[assignment]  # DRF wants None for "no user object"
REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] = []

MIDDLEWARE = [
    "apps.common.context.RequestContextMiddleware",
    "apps.common.middleware.InsideOnlyMiddleware",
    "apps.common.health.middleware.HealthMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "apps.common.middleware.RejectNullBytesMiddleware",
    "apps.common.middleware.BodySizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.ui.storefront.language.LanguageMiddleware",
    "apps.ui.storefront.currency.CurrencyMiddleware",
    "modern_csrf.middleware.ModernCsrfViewMiddleware",
    "apps.ui.storefront.session.ShopSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.ui.storefront.errors.ServiceErrorsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "apps.ui.storefront.context.shop",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "apps.ui.storefront.templatetags.shop",
                "apps.ui.storefront.templatetags.shop_dates",
                "apps.ui.storefront.templatetags.shop_forms",
            ],
        },
    },
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_FAILURE_VIEW = "apps.ui.storefront.errors.csrf_failure"

# Times are shown in it, until a script shows them in the visitor's own.
SHOP_TIME_ZONE = env.str("SHOP_TIME_ZONE", default="UTC")

# Fernet keys, newest first; older ones still open cookies while a key is being rotated.
COOKIE_KEYS = env.list("COOKIE_KEY")

# Whether prices include tax, as in payment; else pages say that it is added at checkout.
PRICES_INCLUDE_TAX = env.bool("PRICES_INCLUDE_TAX", default=True)

# Whether the demo's accounts exist and its test cards are taken.
SHOP_DEMO = env.bool("SHOP_DEMO", default=False)

NPM_FILES = {
    "vendor/hls.min.js": "hls.js/dist/hls.min.js",
    "vendor/hls.min.js.map": "hls.js/dist/hls.min.js.map",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/bricolage-grotesque.woff2": (
        "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2"
    ),
    "vendor/bricolage-grotesque-ext.woff2": (
        "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-ext-wght-normal.woff2"
    ),
    "vendor/instrument-sans.woff2": (
        "@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2"
    ),
    "vendor/instrument-sans-ext.woff2": (
        "@fontsource-variable/instrument-sans/files/instrument-sans-latin-ext-wght-normal.woff2"
    ),
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "apps.common.npm.NpmFinder",
    "apps.ui.storefront.bundles.BundleFinder",
]

# The player's needs; nothing else of the device is asked for.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    **{name: [] for name in ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")},
    **{name: ["self"] for name in ("autoplay", "encrypted-media", "fullscreen", "picture-in-picture")},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", PUBLIC_URL],
        # hls.js feeds the video element from a blob, and empties its caption track by a data: address.
        "media-src": ["'self'", "blob:", "data:", PUBLIC_URL],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'", PUBLIC_URL],
        # A payment may lead on to the bank's challenge.
        "form-action": ["'self'", PUBLIC_URL],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
        "require-trusted-types-for": ["'script'"],
        # The one policy of static/storefront/trusted.js.
        "trusted-types": ["default"],
    }
}
