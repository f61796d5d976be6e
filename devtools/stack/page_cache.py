"""The gateway's store of pages that are the same for everybody (the storefront says so in Cache-Control).

A page is fresh for the second that the storefront allows. The next request then renews it while others get the last
one, and while the storefront is away everybody does. Visitors with a personal cookie go past the store. A key holds the
path, the page's number, the currency and the encoding, so no parameter that somebody makes up fills the store.
"""

from __future__ import annotations

from devtools.project import shop_setting

# The storefront's PERSONAL_COOKIES.
PERSONAL_COOKIES = ("shop_session", "shop_cart", "messages")
# The storefront's, too.
CURRENCY_COOKIE, CURRENCY_HEADER = "shop_currency", "X-Shop-Currency"
# Added by advertisements and mails; pages ignore them.
CAMPAIGN_PARAMETERS = ("utm_[a-z]+", "gclid", "fbclid", "msclkid", "mc_cid", "mc_eid")


def http_lines(folder: str, *, max_size: str = "256m") -> str:
    """Directives of the http block; pages lie in `folder`, which grows to `max_size`."""
    cookies = "|".join(PERSONAL_COOKIES)
    first_currency, *currencies = shop_setting("SHOP_CURRENCIES")
    other_currencies = "|".join(currencies)
    campaign = "|".join(CAMPAIGN_PARAMETERS)
    store = f"levels=1:2 keys_zone=pages:10m max_size={max_size} inactive=6h use_temp_path=off"
    return "\n".join(
        (
            "  # Pages for everybody.",
            f"  proxy_cache_path {folder} {store};",
            # Files stay open between requests: twice the pages a second.
            "  open_file_cache max=2000 inactive=60s;",
            "  open_file_cache_valid 30s;",
            f'  map $http_cookie $is_personal {{ default 0; "~(?:^|;)[ ]*(?:{cookies})=" 1; }}',
            '  map $args $page_number { default ""; "~^page=(?<number>[1-9][0-9]{0,2})$" $number; }',
            '  map $args $is_one_of_many { default 1; "" 0; "~^page=[1-9][0-9]{0,2}$" 0; '
            f'"~^(?:(?:{campaign})=[^&]*(?:&|$))+$" 0; }}',
            f"  map $http_cookie $page_currency {{ default {first_currency}; "
            f'"~(?:^|;)[ ]*{CURRENCY_COOKIE}=(?<code>{other_currencies})(?:;|$)" $code; }}',
            # NGINX refuses a stored page under a precondition and then closes a connection that it said to keep open.
            # The storefront has no preconditions, so such a request goes past the store.
            '  map $http_if_match$http_if_unmodified_since $page_store { default off; "" pages; }',
            '  map $http_accept_encoding $page_encoding { default ""; "~*\\bbr\\b" br; "~*\\bgzip\\b" gzip; }',
        )
    )


def location_lines() -> list[str]:
    """Directives of the storefront's location."""
    return [
        "proxy_cache $page_store;",
        # What has few values comes first, so that no path can look like another page's key.
        'proxy_cache_key "$page_encoding $page_currency $page_number $uri";',
        # The page is made in the currency of its key, however the storefront would read the cookie.
        f"proxy_set_header {CURRENCY_HEADER} $page_currency;",
        "proxy_cache_bypass $is_personal $is_one_of_many;",
        "proxy_no_cache $is_personal $is_one_of_many;",
        "proxy_cache_lock on;",
        # A stored page over 64 kB would wait 40 ms for its last packet.
        "tcp_nopush off;",
        "proxy_cache_revalidate on;",
        "proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;",
        # The storefront says so itself.
        "gzip_vary off;",
        # The key has the encoding, and nothing else of a request decides what is in a page.
        "proxy_ignore_headers Vary;",
        # Of this request, not of the one that filled the store.
        "proxy_hide_header X-Request-ID;",
        "add_header X-Request-ID $rid always;",
        "add_header X-Cache $upstream_cache_status always;",
    ]
