"""Whether a year is reported by quarter or as a whole is chosen, no longer inferred.

Years that held results and not one quarter's report were taken for recorded as a whole until now;
they stay so. All others owe their quarters.
"""

from django.db import migrations, models


def keep_what_was_inferred(apps, schema_editor):
    measures = apps.get_model("integrity", "ItaMeasure").objects.all()
    reported = measures.filter(progress__isnull=False).values("issue__year")
    told = measures.exclude(result="", outcome="").values("issue__year")
    years = apps.get_model("integrity", "MeasureYear").objects.filter(pk__in=told)
    years.exclude(pk__in=reported).update(reporting="whole")



class Migration(migrations.Migration):

    dependencies = [
        ('integrity', '0001_integrity'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalmeasureyear',
            name='reporting',
            field=models.CharField(choices=[('quarter', 'by quarter'), ('whole', 'as a whole')], default='quarter', help_text="By quarter: every quarter is owed. As a whole: the year's results alone.", max_length=10, verbose_name='reported'),
        ),
        migrations.AddField(
            model_name='measureyear',
            name='reporting',
            field=models.CharField(choices=[('quarter', 'by quarter'), ('whole', 'as a whole')], default='quarter', help_text="By quarter: every quarter is owed. As a whole: the year's results alone.", max_length=10, verbose_name='reported'),
        ),
        # Backwards the column itself goes, and nothing is to be done.
        migrations.RunPython(keep_what_was_inferred, migrations.RunPython.noop),
    ]
