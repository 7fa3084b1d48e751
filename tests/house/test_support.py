"""The tests' own helpers: what they rest on has to hold as well."""

from __future__ import annotations

from contextlib import nullcontext

from django.db import connection, models, transaction
from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.state import ProjectState

from strategy.models import Agency
from tests.support import sweep
from tests.support.migrating import tables_in_a_row
from tests.support.writing import differences, facts


def test_facts_are_read_again_once_something_was_written(plan):
    before = facts()
    assert facts() is before or differences(before, facts()) == {}
    Agency.objects.filter(pk=plan.agency_id).update(phone="1")
    after = facts()
    assert set(differences(before, after)) == {"strategy_agency"}
    with transaction.atomic():
        assert facts()["strategy_agency"] is after["strategy_agency"]
        Agency.objects.filter(pk=plan.agency_id).update(phone="2")
        within = facts()
        transaction.set_rollback(True)
    assert set(differences(after, within)) == {"strategy_agency"}
    assert differences(after, facts()) == {}


def test_parts_that_begin_elsewhere_make_the_whole(monkeypatch):
    cases = range(10)
    monkeypatch.setattr(sweep, "WHOLE", False)
    parts = [sweep.part(cases, 3, place) for place in range(3)]
    assert all(parts) and sorted(sum(parts, [])) == list(cases)
    assert sweep.part(cases, 3, 4) == parts[1] and sweep.size(60, 500) == 60
    monkeypatch.setattr(sweep, "WHOLE", True)
    assert sweep.part(cases, 3, 1) == list(cases) and sweep.size(60, 500) == 500


class Asked:
    """A schema editor that keeps what it is asked for."""

    atomic_migration = True
    connection = connection

    def __init__(self):
        self.found = []

    def create_model(self, model):
        fields = model._meta.local_fields + model._meta.local_many_to_many
        self.found.append((model._meta.db_table, [self.named(each) for each in fields]))

    def add_field(self, model, field):
        known = [each.name for each in model._meta.local_fields]
        self.found.append((model._meta.db_table, known, self.named(field)))

    @staticmethod
    def named(field):
        remote = field.related_model._meta.label if field.related_model else ""
        return field.name, field.get_internal_type(), remote


class Tables(Migration):
    operations = [
        CreateModel("One", [("id", models.AutoField(primary_key=True))]),
        CreateModel(
            "Two",
            [
                ("id", models.AutoField(primary_key=True)),
                ("one", models.ForeignKey("made.One", models.CASCADE)),
                ("ones", models.ManyToManyField("made.One", related_name="+")),
            ],
        ),
        AddField("One", "two", models.ForeignKey("made.Two", models.CASCADE, null=True)),
        CreateModel("Three", [("id", models.AutoField(primary_key=True))]),
    ]


def test_tables_in_a_row_are_the_tables_that_django_makes():
    found = []
    for way in (nullcontext, tables_in_a_row):
        editor, state = Asked(), ProjectState()
        assert state.apps  # as in a migrate, which has the classes of all there is
        with way():
            after = Tables("0001_tables", "made").apply(state, editor)
        found.append((editor.found, sorted(after.models), len(after.apps.get_models())))
    assert found[0] == found[1] and len(found[0][0]) == 4
