from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "apps.auth.tokens"
    label = "tokens"

    def ready(self) -> None:
        from django.contrib import admin

        from apps.auth.tokens import checks  # noqa: F401  (registers them)
        from apps.auth.tokens.forms import AccountSignInForm
        from apps.auth.tokens.selectors import jwks_document
        from apps.common.identity import jwks

        admin.site.login_form = AccountSignInForm
        # This service need not ask itself over HTTP for the keys that lie in its own database.
        jwks.keys = jwks.KeySet(fetch=jwks_document)
