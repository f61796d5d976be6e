from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "apps.payment.documents"
    label = "documents"

    def ready(self) -> None:
        from apps.payment.documents import checks  # noqa: F401  (registers them)
        from apps.payment.documents.attachments import invoice_of
        from apps.payment.orders.mail_attachments import attach_to_confirmations

        attach_to_confirmations(invoice_of)
