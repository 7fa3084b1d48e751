"""Single sign-on says who somebody is, and nothing more: against a provider on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from strategy import access as roles
from strategy.people.sso.setting import setting_check
from tests.support.provider import CLIENT, Provider, new_key, provider_running

pytestmark = [pytest.mark.django_db, pytest.mark.same]


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with provider_running() as running:
        settings.SSO_ISSUER = running.issuer
        settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{running.issuer}/authorize"
        settings.OIDC_OP_TOKEN_ENDPOINT = f"{running.issuer}/token"
        settings.OIDC_OP_USER_ENDPOINT = f"{running.issuer}/user"
        settings.OIDC_OP_JWKS_ENDPOINT = f"{running.issuer}/keys"
        settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, "secret"
        settings.AUTHENTICATION_BACKENDS = [
            "strategy.people.sso.backend.SignOn", *settings.AUTHENTICATION_BACKENDS,
        ]  # fmt: skip
        running.claims = {"preferred_username": "somchai"}
        yield running


def gone_to(client: Client, provider: Provider, query: str = "") -> dict[str, str]:
    """Go to the provider: what it is asked."""
    answer = client.get(reverse("sso") + query)
    assert answer.status_code == 302 and answer["Location"].startswith(provider.issuer)
    asked = {name: each[0] for name, each in parse_qs(urlsplit(answer["Location"]).query).items()}
    provider.nonce = asked["nonce"]
    return asked


def come_back(client: Client, state: str) -> Any:
    return client.get(reverse("sso_callback"), {"code": "once", "state": state})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def everything() -> Any:
    users = (
        get_user_model().objects.order_by("pk").values("pk", "username", "is_staff", "is_superuser")
    )
    return list(users), list(Group.objects.values_list("name", "user").order_by("name", "user"))


def test_who_has_an_account_is_let_in_and_gets_nothing_by_it(client, provider, person):
    """Whatever the provider says of groups and rights: accounts and roles are as before."""
    user = person("somchai", roles.REPORTER, "สำนักกฎหมาย")
    provider.claims |= {
        "groups": ["administrator", "planner"], "roles": ["planner"], "is_superuser": True,
        "is_staff": True, "email": "other@example.org", "name": "ผู้อื่น",
    }  # fmt: skip
    before = everything()
    asked = gone_to(client, provider, "?next=/plans/")
    assert asked["code_challenge_method"] == "S256" and asked["client_id"] == CLIENT
    answer = come_back(client, asked["state"])
    assert (answer.status_code, answer["Location"]) == (302, "/plans/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert "code_verifier" in provider.asked[0]
    assert everything() == before
    assert not [value for value in client.session.values() if "opaque" in str(value)]


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "nobody"},
        {"preferred_username": "closed"},
        {"preferred_username": ""},
        {"preferred_username": None},
        {"preferred_username": "somchai", "sub": "2"},
    ],
)
def test_who_has_none_is_refused_and_none_is_made(client, provider, person, claims):
    person("somchai")
    person("closed", is_active=False)
    before = everything()
    provider.claims = claims
    answer = come_back(client, gone_to(client, provider)["state"])
    assert answer["Location"] == reverse("login") and not is_in(client)
    assert "ผู้ดูแลระบบ" in client.get(reverse("login")).content.decode()
    assert everything() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"aud": ["x", "y"]},
        {"iss": "https://evil.example.org"}, {"exp": 1}, {"exp": None}, "key", "none", "HS256",
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_right_opens_nothing(client, provider, person, wrong):
    person("somchai")
    asked = gone_to(client, provider)
    if isinstance(wrong, dict):
        provider.token = wrong
    elif wrong == "key":
        provider.key = new_key()
    else:
        provider.algorithm, provider.key = wrong, b"0" * 32
    answer = come_back(client, asked["state"])
    assert answer["Location"] == reverse("login") and not is_in(client)


def test_a_code_comes_back_once_and_to_who_asked(client, provider, person):
    user = person("somchai")
    asked = gone_to(client, provider)
    assert not is_in(Client()) and come_back(Client(), asked["state"])["Location"] == "/login/"
    assert come_back(client, "another")["Location"] == reverse("login")
    assert come_back(client, asked["state"])["Location"] != reverse("login")
    again = Client()
    again.cookies = client.cookies
    assert come_back(again, asked["state"])["Location"] == reverse("login")
    # An address with an error in it puts nobody out.
    client.force_login(user)
    client.get(reverse("sso_callback"), {"error": "access_denied"})
    assert is_in(client)


def test_the_second_step_stays_asked_for(client, provider, person, settings):
    settings.ONE_TIME_CODES = [roles.REPORTER]
    person("somchai", roles.REPORTER)
    answer = come_back(client, gone_to(client, provider)["state"])
    assert answer["Location"] == reverse("login_set_up") and not is_in(client)


def test_an_address_counts_only_where_it_was_verified(client, provider, person, settings):
    settings.SSO_CLAIM = "email"
    person("somchai", email="somchai@example.org")
    for verified in (False, "true", None):
        provider.claims = {"email": "somchai@example.org", "email_verified": verified}
        come_back(client, gone_to(client, provider)["state"])
        assert not is_in(client), verified
    provider.claims["email_verified"] = True
    come_back(client, gone_to(client, provider)["state"])
    assert is_in(client)


def test_where_the_provider_is_away_people_are_told(client, provider, person, settings):
    person("somchai")
    asked = gone_to(client, provider)
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    assert come_back(client, asked["state"])["Location"] == reverse("login")


def test_a_password_is_not_shown_to_the_provider(client, provider, person):
    person("somchai")
    client.post("/login/?code=a&state=b", {"username": "somchai", "password": "for-tests-only"})
    assert is_in(client) and provider.asked == []


def test_where_it_is_off_there_is_no_such_page(client, plan):
    assert client.get(reverse("sso")).status_code == 404
    assert client.get(reverse("sso_callback")).status_code == 404
    assert "sso" not in client.get(reverse("login")).content.decode()


def test_a_setting_that_cannot_work_is_refused():
    whole = {"SSO_ISSUER": "https://id.example.org", "SSO_CLIENT_ID": "plan"}
    setting_check(whole)
    setting_check(dict.fromkeys(whole, ""))
    for given, said in (
        ({**whole, "SSO_CLIENT_ID": ""}, "SSO_CLIENT_ID"),
        ({**whole, "SSO_ISSUER": "http://id.example.org"}, "https"),
    ):
        with pytest.raises(ImproperlyConfigured, match=said):
            setting_check(given)
