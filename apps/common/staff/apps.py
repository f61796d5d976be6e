from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "apps.common.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from django.contrib import admin

        from apps.common.staff.forms import StaffAuthenticationForm

        admin.site.login_form = StaffAuthenticationForm
