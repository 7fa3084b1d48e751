"""Setting a system up: bootstrap, clear_sample, the menu, what apps are told of one another."""

from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "nhrc_plan.setup"

    def ready(self) -> None:
        from nhrc_plan.meetings.resolutions.beside import resolutions_beside
        from nhrc_plan.menu import MENU
        from nhrc_plan.setup import (
            shown_on,
            static_files,  # noqa: F401 - registers its check
            suggestions,
        )
        from nhrc_plan.value import explained
        from strategy.around import set_pages
        from strategy.pages.beside import register
        from strategy.pages.menu import set_menu

        register(resolutions_beside)
        explained.register()
        suggestions.register_all()
        set_menu(MENU)
        set_pages(shown_on.PAGES)
