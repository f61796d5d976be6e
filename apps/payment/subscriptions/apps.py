from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "apps.payment.subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        from apps.common.metrics import register
        from apps.payment.subscriptions import (
            disputed,  # noqa: F401  (disputes find the charges of subscriptions)
            selectors,  # noqa: F401  (keeps cards from being removed)
            tasks,  # noqa: F401  (mails are sent by the task's name)
        )
        from apps.payment.subscriptions.metrics import subscriptions_collector

        register(subscriptions_collector)
