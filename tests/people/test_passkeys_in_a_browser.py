"""Passkeys in a real browser, with a device that Chromium plays: docs/trust.md, promise 6."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from strategy import access as roles
from tests.support.browsing import follow
from tests.support.codes import PASSWORD
from tests.support.passkeys import with_passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: A phone or computer that asks for a finger and keeps whose passkey is whose.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SIGNED_IN = re.compile("/(plans|my-work)/")
USE = "[data-passkey]"


@pytest.fixture
def here(settings: Any, live_server: Any) -> str:
    """The site of this test is the one that passkeys are for."""
    settings.PASSKEYS, settings.PASSKEY_DOMAIN = ["optional"], "localhost"
    settings.PASSKEY_ORIGINS = [live_server.url]
    assert live_server.url.startswith("http://localhost:")
    return str(live_server.url)


@contextmanager
def device(page: Any, **about: Any) -> Iterator[Any]:
    """A device with passkeys at a window; gives how many passkeys are on it."""
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    made = talk.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **about}})
    yield lambda: talk.send("WebAuthn.getCredentials", made)["credentials"]
    talk.send("WebAuthn.removeVirtualAuthenticator", made)
    talk.detach()


def types(page: Any, user: Any) -> None:
    """Name and password at the sign-in."""
    page.goto("/login/")
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.press("#id_password", "Enter")


def signs_out(page: Any) -> None:
    follow(page, "form[action='/logout/'] button")


def registers(page: Any, name: str) -> None:
    page.fill("#id_name", name)
    follow(page, USE)


def test_registered_used_beside_and_in_place_of_the_password_and_removed(
    browse, here, planner, plan, settings
):
    settings.PASSKEY_ALONE = True
    page = browse(planner, typed=True)
    with device(page) as keys:
        page.goto("/password/passkeys/")
        follow(page, "a.button.primary")
        page.fill("#id_password", PASSWORD)
        follow(page, "button.primary")
        registers(page, "โทรศัพท์")
        assert "ลงทะเบียนพาสคีย์ “โทรศัพท์” แล้ว" in page.inner_text("main")
        assert len(keys()) == 1

        # The same device has one already, and says so by the browser's own word.
        follow(page, "a.button.primary")
        page.fill("#id_password", PASSWORD)
        follow(page, USE)
        page.fill("#id_name", "อีกอัน")
        page.click(USE)
        page.locator("[data-said]", has_text="มีพาสคีย์ของท่านอยู่แล้ว").wait_for()

        signs_out(page)
        types(page, planner)
        assert page.url == f"{here}/login/passkey/"
        follow(page, USE)
        page.wait_for_url(SIGNED_IN)

        signs_out(page)
        page.goto("/login/?next=/password/passkeys/")
        follow(page, "form[action='/login/passkey/alone/'] button")
        follow(page, USE)
        page.wait_for_url("**/password/passkeys/")

        follow(page, "a[href*=remove]")
        page.fill("#id_password", PASSWORD)
        follow(page, USE)
        assert "ลบพาสคีย์ “โทรศัพท์” แล้ว" in page.inner_text("main")
        signs_out(page)
        types(page, planner)
        page.wait_for_url(SIGNED_IN)
    assert page.wrong == []


def test_a_role_that_has_to_and_what_does_not_let_in(
    browse, here, planner, reporter, plan, settings
):
    settings.PASSKEYS = [roles.PLANNER]
    with_passkey(reporter, origin=here, domain="localhost")  # on a device that is not at hand
    page = browse()
    with device(page):
        types(page, planner)
        assert page.url == f"{here}/login/passkey/new/"
        registers(page, "โทรศัพท์")
        page.wait_for_url(SIGNED_IN)
        signs_out(page)
        # Where the site is another than the browser is at, what it signs counts for nothing.
        settings.PASSKEY_ORIGINS = ["http://localhost:1"]
        types(page, planner)
        follow(page, USE)
        assert "ใช้พาสคีย์นี้ไม่ได้" in page.inner_text("main")
        settings.PASSKEY_ORIGINS = [here]
        # The planner's passkey is none for the reporter; the page says so, and can be tried again.
        types(page, reporter)
        page.click(USE)
        page.locator("[data-said]", has_text="ยังไม่ได้ใช้พาสคีย์").wait_for()
        assert page.locator(USE).is_enabled()
        # Control: for the planner it is one.
        types(page, planner)
        follow(page, USE)
        page.wait_for_url(SIGNED_IN)
    assert page.wrong == []


def test_without_passkeys_or_script_a_sentence_and_the_code(browse, here, planner, plan, settings):
    settings.ONE_TIME_CODES = [roles.PLANNER]
    page = browse()
    page.add_init_script("delete window.PublicKeyCredential")
    types(page, planner)
    page.goto("/login/passkey/new/")
    assert "เบราว์เซอร์นี้ไม่รองรับพาสคีย์" in page.inner_text("[data-said]")
    assert page.locator(USE).is_disabled()
    follow(page, "a[href='/login/set-up/']")
    assert page.locator("#id_code").is_visible()

    context = page.context.browser.new_context(base_url=here, java_script_enabled=False)
    plain = context.new_page()
    types(plain, planner)
    plain.goto("/login/passkey/new/")
    assert "ต้องใช้สคริปต์ของหน้านี้" in plain.inner_text("noscript")
    plain.fill("#id_name", "โทรศัพท์")
    follow(plain, USE)
    assert "เบราว์เซอร์ไม่ได้ส่งพาสคีย์" in plain.inner_text("main")
    context.close()
    assert page.wrong == []
