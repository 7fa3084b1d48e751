"""The head of a unit: chosen in the unit's form, kept in its history, and not deleted by mistake."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from nhrc_plan.setup.demo import accounts_clear, accounts_create
from strategy import access as roles
from strategy.models import Account, Agency, Unit
from strategy.people.write import person_delete
from strategy.records.history import history_of
from strategy.records.write import record_save
from tests.support.writing import OWN, address, shown, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(person):
    user = person("chief", roles.EXECUTIVE, first_name="หัวหน้า", last_name="สำนัก")
    return record_save(instance=Account(user=user), user=None)


@pytest.fixture
def headed(plan, chief):
    unit = Unit.objects.get(name=OWN)
    unit.head = chief
    return record_save(instance=unit, user=None)


def test_staff_choose_the_head_by_name_in_the_units_form(plan, planner, chief):
    unit = Unit.objects.get(name=OWN)
    client = signed_in(planner)
    page = client.get(address(unit, "change"))
    assert "หัวหน้า สำนัก" in page.content.decode()
    answer = client.post(address(unit, "change"), {**shown(page), "head": chief.pk, "_save": "1"})
    assert answer.status_code == 302
    unit.refresh_from_db()
    assert unit.head == chief
    assert "หัวหน้า สำนัก" in client.get(address(Unit, "changelist")).content.decode()
    (change,) = history_of(Unit, id=unit.pk)[0].changes
    assert (change.before, change.after) == ("", "หัวหน้า สำนัก")


def test_a_closed_account_is_not_offered_unless_it_is_the_head(headed, planner, chief, person):
    for user in (chief.user, person("gone", roles.EXECUTIVE, first_name="ลาออก")):
        user.is_active = False
        user.save()
    record_save(instance=Account(user=user), user=None)
    text = signed_in(planner).get(address(headed, "change")).content.decode()
    assert "หัวหน้า สำนัก" in text and "ลาออก" not in text


def test_a_head_is_not_deleted_before_the_unit_has_another(headed, chief, person):
    with pytest.raises(ValidationError, match=OWN):
        person_delete(person=chief.user, user=None)
    keeper = signed_in(person("keeper", roles.ADMINISTRATOR))
    path = reverse("admin:auth_user_delete", args=[chief.user.pk])
    for answer in (keeper.get(path), keeper.post(path, {"post": "yes"}, follow=True)):
        assert answer.status_code == 200 and OWN in answer.content.decode()
    assert Account.objects.filter(pk=chief.pk).exists()


def test_demo_accounts_go_although_one_is_a_head(plan):
    accounts_create()
    unit = Unit.objects.get(name=OWN)
    unit.head = Account.objects.get(user__username="executive")
    record_save(instance=unit, user=None)
    assert accounts_clear() == 5
    unit.refresh_from_db()
    assert unit.head is None


def test_planners_are_not_told_before_the_head(plan, planner):
    agency = Agency.objects.get(pk=plan.agency_id)
    client = signed_in(planner)
    page = client.get(address(agency, "change"))
    typed = {**shown(page), "head_told_after": "9", "planners_told_after": "8", "_save": "1"}
    said = client.post(address(agency, "change"), typed).content.decode()
    assert "ต้องไม่แจ้งผู้วางแผนก่อนหัวหน้าหน่วย" in said
    for days in ("0", "61", "x"):
        answer = client.post(address(agency, "change"), {**typed, "head_told_after": days})
        assert "errorlist" in answer.content.decode()
