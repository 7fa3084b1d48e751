from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0017_language_choice"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="plan",
            index=models.Index(
                fields=["-is_current", "-first_year", "id"], name="strategy_plan_at_work"
            ),
        ),
    ]
