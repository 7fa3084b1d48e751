"""The forms by which an assessment is filled in: the organisation, and every criterion.

One screen holds the whole rubric. It is saved all or not at all; what is missing may follow later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.self_assessments.models import Answer, SelfAssessment
from integrity.self_assessments.read import assessment_page
from integrity.self_assessments.rows import (
    AnswerRow,
    LevelRow,
    PartStanding,
    replies_to,
)
from integrity.self_assessments.write import AnswerEntries, AnswerEntry, assessment_record
from strategy.approval.model import State
from strategy.approval.screen import DraftScreen
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceForm, EvidenceFormSet, entry_kept
from strategy.records.forms import (
    RecordForm,
    ThaiDecimalField,
    ThaiIntegerField,
    WordsField,
    link_field,
    stale_lines,
)
from strategy.records.screen import row_read

#: Empty rows of evidence below those that are kept.
_EXTRA = 1
#: What the reader of a criterion knows from where it stands.
_KNOWN = ("assessment", "criterion")

_Evidence = forms.formset_factory(
    EvidenceForm,
    EvidenceFormSet,
    extra=_EXTRA,
    max_num=MOST_EVIDENCE,
    absolute_max=MOST_EVIDENCE,
    validate_max=True,
)


#: How the names of the fields for replies begin.
_REPLY = "reply_"


def reply_name(question: str) -> str:
    """The field of the reply to a question: by its text, which stays when others move."""
    return f"{_REPLY}{hashlib.sha256(question.encode()).hexdigest()[:12]}"


#: What an editor has read of an assessment beside its answers: how far it is, too.
_TOLD = ("organisation", "level", "province", "agency_id", "replies", "approval")


class FactsForm(RecordForm):
    """Whose assessment it is, and the replies to the compulsory questions."""

    class Meta:
        model = SelfAssessment
        fields = ("organisation", "level", "province", "agency")

    def __init__(self, *args: Any, agencies: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agencies is not None:
            link_field(self, "agency").queryset = agencies
            self.fields["agency"].required = True
            link_field(self, "agency").empty_label = None
        asked = self.instance.rubric.questions
        for question, reply in replies_to(asked, self.instance.replies):
            gone = question not in asked
            self.fields[reply_name(question)] = WordsField(
                label=question,
                help_text=_("The rubric no longer asks this. Clear the reply to drop it.")
                if gone
                else "",
                required=False,
                initial=reply,
                rows=4,
            )

    def check_version(self, read: int | None) -> bool:
        """Answers of others move the version on; they are no change of what stands in this form."""
        kept = SelfAssessment.history.filter(id=self.instance.pk, version=read).first()
        stored = SelfAssessment.objects.filter(pk=self.instance.pk).first()
        if (
            kept is None
            or stored is None
            or any(getattr(kept, name) != getattr(stored, name) for name in _TOLD)
        ):
            return super().check_version(read)
        self.cleaned_data["expected_version"] = stored.version
        return False

    @property
    def questions(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(_REPLY)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, text in self.data.items():
            if name.startswith(_REPLY) and name not in self.fields and str(text).strip():
                self.add_error(
                    None,
                    _(
                        "The compulsory questions have changed meanwhile. You had replied "
                        "“%(reply)s” to one that is gone; put it where it belongs, or leave it "
                        "out, and save again."
                    )
                    % {"reply": str(text).strip()},
                )
        return cleaned

    def assessment(self) -> SelfAssessment:
        """What was typed, on the row it was typed for."""
        self.instance.replies = [
            {"question": str(field.label), "reply": self.cleaned_data[field.name]}
            for field in self.questions
        ]
        told: SelfAssessment = self.instance
        return told


class AnswerForm(forms.Form):
    """One criterion: a level or points, a remark, and evidence.

    It carries which row, and version, its editor read. Where somebody saved meanwhile it shows
    who changed what and keeps what was typed; saving again then replaces what is there. A
    criterion that the editor has not touched follows the other one's change instead.
    """

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    level = ThaiIntegerField(label=gettext_lazy("level"), required=False)
    points = ThaiDecimalField(
        label=gettext_lazy("points"),
        max_decimals=2,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "data-points": ""}
        ),
    )
    remark = WordsField(label=gettext_lazy("remark"), required=False)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        row: AnswerRow,
        data: Mapping[str, Any] | None,
        *,
        today: date,
        files: Any = None,
        uploader: Any = None,
    ) -> None:
        """``files``: those that were sent with it; ``uploader``: who may send some, if any."""
        self.row = row
        self.follows = False
        prefix = f"c{row.criterion.id}"
        initial = {
            "level": row.level,
            "points": row.given,
            "remark": row.remark,
            "version": row.token,
        }
        super().__init__(data, prefix=prefix, initial=initial)
        del self.fields["points" if row.criterion.levels else "level"]
        self.evidence: Any = _Evidence(
            data,
            files,
            prefix=f"{prefix}-evidence",
            initial=[piece.fields() for piece in row.evidence],
            form_kwargs={"today": today, "uploader": uploader, "use_required_attribute": False},
        )

    # -------------------------------------------------------------------------- as shown

    @property
    def choices(self) -> list[tuple[LevelRow, bool]]:
        """The described levels, each with whether it is chosen."""
        value = str(self["level"].value() or "") if "level" in self.fields else ""
        return [(row, value == str(row.level)) for row in self.row.criterion.levels]

    @property
    def is_unanswered(self) -> bool:
        return not any(chosen for _row, chosen in self.choices)

    @property
    def is_wrong(self) -> bool:
        return self.is_bound and bool(self.errors or self.evidence.total_error_count())

    @property
    def is_opened(self) -> bool:
        """Whether remark and evidence are shown unfolded: something stands there, or is wrong."""
        return bool(self.row.remark or self.row.evidence) or (
            self.is_bound
            and bool(self.evidence.total_error_count() or self.data.get(self.add_prefix("remark")))
        )

    # ------------------------------------------------------------------------ what was typed

    def is_valid(self) -> bool:
        return super().is_valid() and not self.evidence.total_error_count()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        clear = not self.errors and self.evidence.is_valid()
        if cleaned.get("version", "") != self.row.token:
            self._meet(cleaned.get("version", ""), clear)
        return cleaned

    def typed(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "level": cleaned.get("level"),
            "points": cleaned.get("points"),
            "remark": cleaned.get("remark", "").strip(),
            "evidence": self.evidence.entries(),
        }

    def _stored(self) -> dict[str, Any]:
        row = self.row
        return {
            "level": row.level, "points": row.given, "remark": row.remark, "evidence": row.evidence,
        }  # fmt: skip

    @property
    def has_news(self) -> bool:
        """Whether something clear was typed that is not stored yet."""
        return not self.is_wrong and not self.follows and self.typed() != self._stored()

    def entry(self) -> AnswerEntry:
        return AnswerEntry(
            criterion_id=self.row.criterion.id,
            expected_version=row_read(self.cleaned_data["version"])[1],
            **self.typed(),
        )

    def refuse(self, refused: ValidationError) -> None:
        """Put a service's refusals beside their fields."""
        for name, problems in refused.error_dict.items():
            for problem in problems:
                self.add_error(name if name in self.fields else None, problem)

    # --------------------------------------------------------------- somebody else was faster

    def _meet(self, token: str, clear: bool) -> None:
        """Somebody saved since the editor read the row called ``token``."""
        pk, version = row_read(token)
        read = _NOTHING if pk is None else self._as_read(pk, version)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = self.row.token
        if clear and self.typed() in (read, self._stored()):
            self.follows = True
        elif self.row.id is None:
            self.add_error(
                None,
                _("Somebody has cleared this meanwhile. Saving again enters what you typed anew."),
            )
        else:
            kept = Answer.objects.filter(pk=self.row.id).first()
            since = version if pk == self.row.id else None
            for line in stale_lines(kept, since, _KNOWN) if kept else []:
                self.add_error(None, line)

    def _as_read(self, pk: int, version: int | None) -> dict[str, Any] | None:
        """The answer as it stood when the editor read it, from the history."""
        kept = (
            Answer.history.filter(id=pk, version=version, criterion=self.row.criterion.id)
            .exclude(history_type="-")
            .first()
        )
        if kept is None:
            return None
        return {
            "level": kept.level,
            "points": kept.points,
            "remark": kept.remark,
            "evidence": tuple(map(entry_kept, kept.details.get("evidence", []))),
        }


_NOTHING = {"level": None, "points": None, "remark": "", "evidence": ()}


class AssessmentScreen(DraftScreen):
    """The organisation, and a form for each criterion that may be answered; kept as a draft, or
    handed in."""

    writes = AnswerEntries

    def __init__(
        self,
        assessment: SelfAssessment,
        data: Mapping[str, Any] | None,
        *,
        today: date,
        assessor: bool,
        agencies: Any = None,
        files: Mapping[str, Any] | None = None,
        uploader: Any = None,
    ) -> None:
        self.assessment, self.assessor, self.agencies = assessment, assessor, agencies
        super().__init__(
            lambda: assessment_page(self.assessment),
            data,
            today=today,
            files=files,
            uploader=uploader,
        )

    def _form(self, row: AnswerRow, data: Mapping[str, Any] | None) -> AnswerForm:
        files = None if data is None else self.files
        return AnswerForm(row, data, today=self.today, files=files, uploader=self.uploader)

    def rows(self) -> Iterator[AnswerForm]:
        self.facts = FactsForm(self.data, instance=self.assessment, agencies=self.agencies)
        for standing in self.shown.parts:
            if self.assessor or standing.part.is_self_assessed:
                for group in standing.groups:
                    for row in group.answers:
                        yield self._form(row, self.data)

    @property
    def parts(self) -> list[tuple[PartStanding, list[tuple[Any, list[Any]]]]]:
        """Parts with their groups, each with its criteria: forms, or rows that are only read."""
        own = {form.row.criterion.id: form for form in self.forms}
        return [
            (
                standing,
                [
                    (group, [own.get(row.criterion.id) or row for row in group.answers])
                    for group in standing.groups
                ],
            )
            for standing in self.shown.parts
        ]

    def is_valid(self) -> bool:
        sound = self.facts.is_valid()
        clear = super().is_valid()
        # Where somebody else's answer is followed, it is shown with the version that it has now.
        self.forms = [self._form(form.row, None) if form.follows else form for form in self.forms]
        return sound and clear

    def month_rows(self) -> list[SelfAssessment]:
        return [self.assessment]

    def entries(self, news: Sequence[AnswerForm]) -> list[tuple[AnswerForm, AnswerEntry]]:
        return [(form, form.entry()) for form in news]

    def asked(self) -> list[tuple[AnswerForm, AnswerEntry]]:
        """Answers that stay as they were too: one that is new may not go with them."""
        return self.entries([form for form in self.forms if not (form.is_wrong or form.follows)])

    def refuse(self, asked: Sequence[AnswerForm], problems: Mapping[int, ValidationError]) -> None:
        """Beside every criterion that it concerns, unless nothing of it is new.

        Then it is nobody's fault: planners may have changed the instrument since.
        """
        if any(asked[place].has_news for place in problems):
            super().refuse(asked, problems)

    def about(self) -> Mapping[str, Any]:
        return {"assessment": self.assessment}

    def record(self, user: Any, entries: Sequence[AnswerEntry], reason: str) -> int:
        """What is said of the organisation, the answers, and that it is handed in."""
        told = bool(self.facts.really_changed)
        handed_in = self.assessment.is_unsent and not self.drafts
        if entries or told or handed_in:
            assessment_record(
                user=user,
                assessment=self.facts.assessment(),
                expected_version=self.facts.cleaned_data["expected_version"] if told else None,
                entries=entries,
                today=self.today,
                reason=reason,
                state=State.DRAFT if self.drafts else State.SUBMITTED,
            )
        return len(entries) + told + handed_in

    def read_again(self) -> None:
        stored = SelfAssessment.objects.select_related("rubric", "agency")
        self.assessment = stored.get(pk=self.assessment.pk)
        super().read_again()
