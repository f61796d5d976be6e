from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdminSiteConfig(AppConfig):
    name = "apps.common.admin_site"
    label = "admin_site"
    verbose_name = _("Admin")
