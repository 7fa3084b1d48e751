"""The four corners of money beside results, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.calc import MONEY_ONLY, NEITHER, RESULT_ONLY, TOGETHER

CORNERS = {
    TOGETHER: gettext_lazy("money and result together"),
    MONEY_ONLY: gettext_lazy("money spent, little result"),
    RESULT_ONLY: gettext_lazy("result without spending"),
    NEITHER: gettext_lazy("neither money nor result yet"),
}


def corner_label(corner: str | None) -> str:
    """The corner's words; that there are not enough figures where there is none."""
    return str(CORNERS[corner]) if corner else _("not enough figures")
