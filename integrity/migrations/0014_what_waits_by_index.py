from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrity", "0013_measures_of_a_draft"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="quarterprogress",
            index=models.Index(
                condition=models.Q(("approval__in", ["draft", "submitted", "returned"])),
                fields=["quarter"],
                name="integrity_quarterprogress_open",
            ),
        ),
    ]
