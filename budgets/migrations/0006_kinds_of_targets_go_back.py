"""Going back: a year had one row of targets, that of all money. The history keeps the others."""

from django.db import migrations


def keep_all_money(apps, schema_editor):
    apps.get_model("budgets", "SpendingTarget").objects.exclude(kind="all").delete()


class Migration(migrations.Migration):

    dependencies = [("budgets", "0005_two_lines_kinds_and_carried_money")]

    operations = [migrations.RunPython(migrations.RunPython.noop, keep_all_money)]
