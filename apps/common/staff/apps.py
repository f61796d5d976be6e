from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "apps.common.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from django.contrib import admin
        from django.contrib.auth.signals import user_logged_in

        from apps.common.staff.forms import StaffAuthenticationForm
        from apps.common.staff.sessions import remember_sign_in

        admin.site.login_form = StaffAuthenticationForm
        user_logged_in.connect(
            lambda request, user, **_: remember_sign_in(request, user),
            dispatch_uid="apps.common.staff.remember_sign_in",
            weak=False,
        )
