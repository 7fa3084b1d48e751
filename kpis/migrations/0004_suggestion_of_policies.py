"""S1-1.1 of the plan 2566–2570 keeps the figures that were shown beside it.

Until now code named the indicator; from here on the indicator names the source.
"""

from django.db import migrations


def name_the_source(apps, schema_editor):
    apps.get_model("kpis", "Indicator").objects.filter(
        strategy__plan__slug="nhrc-2566-2570", strategy__number=1, number="1.1", suggestion=""
    ).update(suggestion="human_rights_policies")


class Migration(migrations.Migration):
    dependencies = [("kpis", "0003_indicator_suggestion")]
    # Backwards the column itself goes, and nothing is to be done.
    operations = [migrations.RunPython(name_the_source, migrations.RunPython.noop)]
