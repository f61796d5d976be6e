from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.auth.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.contrib import admin

        from apps.auth.accounts import tasks  # noqa: F401  (mails are sent by the task's name)
        from apps.auth.accounts.forms import SignInForm

        admin.site.login_form = SignInForm
