from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.auth.accounts"
    label = "accounts"

    def ready(self) -> None:
        from apps.auth.accounts import tasks  # noqa: F401  (mails are sent by the task's name)
