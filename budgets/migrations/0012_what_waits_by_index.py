from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0001_tables"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="carriedpayment",
            index=models.Index(
                condition=models.Q(("approval__in", ["draft", "submitted", "returned"])),
                fields=["fiscal_year", "month"],
                name="budgets_carriedpayment_open",
            ),
        ),
        migrations.AddIndex(
            model_name="disbursement",
            index=models.Index(
                condition=models.Q(("approval__in", ["draft", "submitted", "returned"])),
                fields=["fiscal_year", "month"],
                name="budgets_disbursement_open",
            ),
        ),
    ]
