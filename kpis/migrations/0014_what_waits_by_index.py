from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0013_continued_indicators"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="result",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "submitted", "returned"])),
                fields=["fiscal_year", "month"],
                name="kpis_result_open",
            ),
        ),
    ]
