"""The file with the settings of signing in, and whom the claims of a provider are about."""

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.identity import person_of
from app.sign_in import read_sign_in
from geo.errors import PlanMapError
from layers.translation import LANGUAGES, translation
from tests.test_origin import admitted, host
from tests.test_roles import SIGN_IN

SECRET = "not to be shown to anybody at all 123"  # noqa: S105 - of no provider
GOOD = {
    "metadata_url": "https://id.example.org/.well-known/openid-configuration",
    "client_id": "planmap",
    "client_secret": SECRET,
    "cookie_secret": SECRET[::-1],
    "redirect_url": "https://map.example.org/oauth2callback",
    "first_admin": "First@Example.org",
}


@pytest.fixture
def written(tmp_path):
    def write(content=None, **changed):
        path = tmp_path / "sign-in.toml"
        path.write_text(content if content is not None else tomli_w.dumps(GOOD | changed), encoding="utf-8")
        path.chmod(0o600)
        return path

    return write


def refused(path):
    with pytest.raises(PlanMapError) as caught:
        read_sign_in(path)
    for language in LANGUAGES:
        words = translation(language).explain(caught.value)
        assert SECRET not in words
        assert "{" not in words
    return caught.value


def test_a_good_file_is_read_and_its_secrets_are_not_shown(written):
    found = read_sign_in(written())
    assert (found.first_admin, found.host, found.trust_email) == ("first@example.org", "map.example.org", False)
    assert found.secrets()["auth"]["client_secret"] == SECRET
    assert SECRET not in repr(found)
    assert SECRET[::-1] not in repr(found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_file_that_others_can_read_is_refused(written, mode):
    path = written()
    path.chmod(mode)
    assert refused(path).code == "sign-in-open"


@pytest.mark.parametrize("field", GOOD)
def test_a_field_that_is_missing_is_named(written, field):
    error = refused(written(tomli_w.dumps({name: value for name, value in GOOD.items() if name != field})))
    assert (error.code, error.details["field"]) == ("sign-in-missing", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metadata_url", "http://id.example.org/.well-known/openid-configuration"),
        ("metadata_url", "id.example.org"),
        ("metadata_url", "https://user:word@id.example.org/"),
        ("client_id", ""),
        ("client_secret", 5),
        ("cookie_secret", "short"),
        ("redirect_url", "https://map.example.org/"),
        ("redirect_url", "http://map.example.org/oauth2callback"),
        ("redirect_url", "https://map.example.org:0/oauth2callback"),
        ("first_admin", "nobody"),
        ("trust_email", "yes"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(written, field, value):
    error = refused(written(**{field: value}))
    assert (error.code, error.details["field"]) == ("sign-in-field", field)


def test_what_is_no_setting_is_named(written):
    error = refused(written(cookie_secrte=SECRET))
    assert (error.code, error.details["field"]) == ("sign-in-extra", "cookie_secrte")


def test_a_file_that_is_no_toml_is_refused_without_quoting_it(written):
    assert refused(written(f'client_secret = "{SECRET}')).code == "sign-in-toml"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_other_file_ends_in_a_line(written, content):
    refused(written(content))


def claims(**changed):
    return {"is_logged_in": True, "sub": "42", "email": "A@b.org", "email_verified": True, "name": "甲", **changed}


def test_a_verified_address_says_who_somebody_is():
    person = person_of(claims(), SIGN_IN)
    assert (person.who, person.name, person.is_first) == ("a@b.org", "甲 <a@b.org>", False)
    assert person_of(claims(email="First@example.org"), SIGN_IN).is_first


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_is_nobodys(verified):
    person = person_of(claims(email=SIGN_IN.first_admin, email_verified=verified), SIGN_IN)
    assert (person.who, person.is_first) == ("sub:42", False)
    trusting = SIGN_IN.model_copy(update={"trust_email": True})
    assert person_of(claims(email=SIGN_IN.first_admin, email_verified=verified), trusting).is_first


@pytest.mark.parametrize("changed", [{"is_logged_in": False}, {"is_logged_in": "yes"}, {"email": None, "sub": None}])
def test_whoever_has_not_signed_in_is_nobody(changed):
    assert person_of(claims(**changed), SIGN_IN) is None


@given(
    st.dictionaries(
        st.sampled_from(["email", "sub", "name", "email_verified", "is_logged_in"]), st.text() | st.booleans()
    )
)
def test_any_claims_give_a_name_that_fits_a_line_or_nobody(found):
    person = person_of(found, SIGN_IN)
    if person is not None:
        assert person.name.isprintable()
        assert person.name.endswith((person.who, f"<{person.who}>"))


NAVIGATES = (("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"))


@pytest.mark.parametrize(
    ("path", "passes"),
    [("/oauth2callback", True), ("/", True), ("/auth/begin", False), ("/auth/login", False), ("/auth/logout", False)],
)
def test_a_link_from_elsewhere_signs_nobody_in_or_out(path, passes):
    assert (admitted(host("127.0.0.1:8501"), *NAVIGATES, path=path) is not None) is passes
    assert admitted(host("127.0.0.1:8501"), ("sec-fetch-site", "same-origin"), *NAVIGATES[1:], path=path) is not None
