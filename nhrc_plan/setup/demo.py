"""The demo accounts of a trial: one for each way of using the system. Trials only."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from strategy import access
from strategy.loading import SAMPLE_REASON
from strategy.models import Unit
from strategy.people.write import person_delete, person_save
from strategy.records.write import record_save

#: Marks the demo accounts, so that clear_sample finds them and nobody else's.
GROUP = "sample accounts"
PASSWORD = "nhrc-trial-2566"


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    title: str
    role: str
    unit: str = ""


ACCOUNTS = (
    Account("planner", "ผู้วางแผน (ตัวอย่าง)", access.PLANNER, "สำนักนโยบายและยุทธศาสตร์"),
    Account("reporter", "ผู้รายงานของสำนัก (ตัวอย่าง)", access.REPORTER, "สำนักคุ้มครองสิทธิมนุษยชน"),
    Account("approver", "ผู้อนุมัติของสำนัก (ตัวอย่าง)", access.APPROVER, "สำนักคุ้มครองสิทธิมนุษยชน"),
    Account("executive", "ผู้บริหาร (ตัวอย่าง)", access.EXECUTIVE),
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
        user = person_save(
            person=User(
                username=account.username,
                first_name=account.title,
                email=f"{account.username}@example.org",
            ),
            roles=[account.role],
            units=Unit.objects.filter(name=account.unit),
            password=PASSWORD,
            user=None,
            reason=str(SAMPLE_REASON),
        )
        user.groups.add(mark)
    return list(ACCOUNTS)


@transaction.atomic
def accounts_clear() -> int:
    """Remove the demo accounts; what they changed stays in the history under their names."""
    users = get_user_model().objects.filter(groups__name=GROUP)
    count = users.count()
    for unit in Unit.objects.filter(head__user__in=users):
        unit.head = None
        record_save(instance=unit, user=None, reason=str(SAMPLE_REASON))
    for user in users:
        person_delete(person=user, user=None, reason=str(SAMPLE_REASON))
    Group.objects.filter(name=GROUP).delete()
    return count
