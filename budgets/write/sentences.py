"""Why an amount was refused, in sentences."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "amount_both": _("Write both amounts; 0 where there is none."),
    "paid_missing": _("Write what has been paid so far; 0 where nothing was."),
    "paid_kept": _(
        "Payments are kept for this month. If they were entered by mistake, planners take them "
        "back: ask them, and do not write 0 instead."
    ),
    "amount_kept": _(
        "Figures are kept for this month. If they were entered by mistake, planners take them "
        "back: ask them, and do not write 0 instead."
    ),
}
