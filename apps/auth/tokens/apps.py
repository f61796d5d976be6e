from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "apps.auth.tokens"
    label = "tokens"

    def ready(self) -> None:
        from django.contrib import admin

        from apps.auth.tokens import checks  # noqa: F401  (registers them)
        from apps.auth.tokens.forms import SignInForm
        from apps.auth.tokens.selectors import jwks_document
        from apps.common.identity import jwks

        admin.site.login_form = SignInForm
        # This service need not ask itself over HTTP for the keys that lie in its own database.
        jwks.keys = jwks.KeySet(fetch=jwks_document)
