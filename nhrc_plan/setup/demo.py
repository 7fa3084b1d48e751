"""The demo accounts of a trial: one for each way of using the system. Trials only."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from strategy import access
from strategy.loading import SAMPLE_REASON
from strategy.models import Membership, Unit
from strategy.records.write import record_delete, record_save

#: Marks the demo accounts, so that clear_sample finds them and nobody else's.
GROUP = "sample accounts"
PASSWORD = "nhrc-trial-2566"


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    title: str
    role: str
    unit: str = ""
    staff: bool = True


ACCOUNTS = (
    Account("planner", "ผู้วางแผน (ตัวอย่าง)", access.PLANNER, "สำนักนโยบายและยุทธศาสตร์"),
    Account("reporter", "ผู้รายงานของสำนัก (ตัวอย่าง)", access.REPORTER, "สำนักคุ้มครองสิทธิมนุษยชน"),
    Account("executive", "ผู้บริหาร (ตัวอย่าง)", access.EXECUTIVE, staff=False),
    Account("admin", "ผู้ดูแลระบบ (ตัวอย่าง)", access.ADMINISTRATOR),
)


@transaction.atomic
def accounts_create() -> list[Account]:
    """Create the demo accounts that are missing; gives all of them."""
    User = get_user_model()
    mark, _ = Group.objects.get_or_create(name=GROUP)
    for account in ACCOUNTS:
        if User.objects.filter(username=account.username).exists():
            continue
        user = User.objects.create_user(
            account.username,
            password=PASSWORD,
            first_name=account.title,
            is_staff=account.staff,
        )
        user.groups.add(mark, Group.objects.get(name=account.role))
        unit = Unit.objects.filter(name=account.unit).first()
        if unit is not None:
            record_save(
                instance=Membership(user=user, unit=unit), user=None, reason=str(SAMPLE_REASON)
            )
    return list(ACCOUNTS)


@transaction.atomic
def accounts_clear() -> int:
    """Remove the demo accounts; what they changed stays in the history under their names."""
    users = get_user_model().objects.filter(groups__name=GROUP)
    count = users.count()
    for user in users:
        for membership in user.memberships.all():
            record_delete(instance=membership, user=None, reason=str(SAMPLE_REASON))
        user.delete()
    Group.objects.filter(name=GROUP).delete()
    return count
