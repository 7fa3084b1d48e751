"""What makes a record one that questions can be asked about."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.db.models import Q

from strategy.access import REPORTER, Viewer


class Commented:
    """For a :class:`Record` that is a figure: whom questions about it concern.

    Nothing of it is stored with the figure: a comment names it by the model's label and its key.
    """

    #: The foreign keys by which such a figure is named, for ``select_related``.
    figure_links: ClassVar[tuple[str, ...]] = ()

    def history_seen_by(self, who: Viewer) -> bool:
        """Whether somebody signed in may read the figure's history."""
        return who.may_read_drafts(None)

    def comments_seen_by(self, who: Viewer) -> bool:
        """Whether somebody may read, ask and answer: who may read drafts and history of it."""
        return who.signed_in and self.history_seen_by(who)

    @property
    def figure_name(self) -> str:
        """What the figure is called in a list of questions."""
        return str(self)

    @classmethod
    def reported_by(cls, who: Viewer) -> Q:
        """The condition for the figures that a person enters, and so answers questions about."""
        return Q() if who.is_planner else NOBODYS


#: The condition for no figure at all.
NOBODYS = Q(pk__in=())


def of_own_units(who: Viewer, path: str) -> Q:
    """The condition for figures of the units that a person reports for; of planners also those of
    no unit. ``path``: from the figure to its unit."""
    own = NOBODYS
    if who.is_planner or REPORTER in who.roles:
        own = Q(**{f"{path}__in": who.unit_ids})
    return own | Q(**{f"{path}__isnull": True}) if who.is_planner else own


def commented_models() -> dict[str, Any]:
    """Every model of figures that questions can be asked about, by its label."""
    return {model._meta.label: model for model in apps.get_models() if issubclass(model, Commented)}


def figure_token(figure: Any) -> str:
    """How a form names a figure."""
    return f"{figure._meta.label}:{figure.pk}"


def figure_of(figure_type: str, figure_id: int) -> Any:
    """The figure that a comment names; None where it is gone, or is none."""
    model = commented_models().get(figure_type)
    if model is None:
        return None
    return model.objects.select_related(*model.figure_links).filter(pk=figure_id).first()


def figure_asked(token: str) -> Any:
    """The figure that a form names; None where there is none."""
    label, _colon, key = token.partition(":")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    return figure_of(label, int(key))
