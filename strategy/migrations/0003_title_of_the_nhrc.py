"""The title that stood in the templates becomes the agency's own."""

from django.db import migrations


def keep_the_title(apps, schema_editor):
    apps.get_model("strategy", "Agency").objects.filter(slug="nhrc", site_title="").update(
        site_title="ติดตามแผนยุทธศาสตร์ กสม."
    )


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_agency_site_title")]
    # Backwards the column itself goes, and nothing is to be done.
    operations = [migrations.RunPython(keep_the_title, migrations.RunPython.noop)]
