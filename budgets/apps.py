from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = _("Projects and budgets")

    def ready(self) -> None:
        from budgets.pages import explained
        from budgets.write.sentences import SENTENCES
        from strategy.messages import add_sentences

        add_sentences(SENTENCES)
        explained.register()
