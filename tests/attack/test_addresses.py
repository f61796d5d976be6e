"""An address that looks like somebody else's, or that smuggles a line into a mail, gets nobody anywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conftest import until

pytestmark = pytest.mark.attack
SECRET = "the secret of a stranger"
SPELLINGS = ("{0}", "{0} ", "\uff4e{1}", "{2}\uff20example.com", "{2}@example\u3002com")
HIDING = ("{0}\u200b", "\u2060{0}", "\u202e{0}", "n\u0435{3}", "{0}\r\nBcc: victim@example.com", "{0}\n")


def spelled(pattern: str, email: str) -> str:
    return pattern.format(email, email[1:], email.partition("@")[0], email[2:])


def register(api: httpx.Client, email: str) -> httpx.Response:
    return api.post("/auth/v1/users", json={"email": email, "password": SECRET, "name": "Mallory"})


def test_no_spelling_of_a_known_address_makes_a_second_account(stack, api, newcomer, sign_in):
    email, _ = newcomer
    with ThreadPoolExecutor(len(SPELLINGS)) as pool:
        responses = list(pool.map(lambda pattern: register(api, spelled(pattern, email)), SPELLINGS))
    assert {response.status_code for response in responses} == {202}
    assert "already" in stack.mail_to(email, "You already have an account")
    # Not all: guessing locks, and other tests sign in from the same address.
    for pattern in SPELLINGS[1:3]:
        refused = api.post("/auth/v1/tokens", json={"email": spelled(pattern, email), "password": SECRET})
        assert refused.status_code == 401, "the stranger's password opens nothing"


def test_an_address_with_hidden_characters_makes_no_account_and_sends_no_mail(api, newcomer):
    email, token = newcomer
    for pattern in HIDING:
        hidden = spelled(pattern, email)
        response = register(api, hidden)
        # DRF and we trim blanks and line ends around a value: then it is the known address.
        assert response.status_code == (202 if hidden.strip() == email else 400), (hidden, response.text)
        for path in ("/auth/v1/password/reset", "/auth/v1/users/resend-verification"):
            # The same response as for every address that no account has, or that it is no line of text.
            assert api.post(path, json={"email": hidden}).status_code in (202, 400), hidden
    name = {"name": "Nova\r\nBcc: victim@example.com"}
    assert api.patch("/auth/v1/me", json=name, headers=token).status_code == 400


def test_no_mail_goes_to_anybody_else(stack):
    """Whatever the tests above have caused to be sent."""
    mails = until(lambda: list((stack.var / "mail").glob("*")), what="a mail")
    assert not [mail for mail in mails if b"victim@example.com" in mail.read_bytes().lower()]
