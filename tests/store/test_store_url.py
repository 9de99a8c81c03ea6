"""The URL of a store: what it may be, and that nothing secret of it is shown."""

import pytest

from fleet_contract.mock_server.store.redis_link import Link
from fleet_contract.mock_server.store.redis_url import place_of
from fleet_contract.spec.files import Contradiction


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://localhost", "redis://localhost:6379"),
        ("redis://:s3cret@host:7000/2", "redis://host:7000/2"),
        ("rediss://s3cret:s3cret@host?ssl_cert_reqs=none", "rediss://host:6379"),
        ("redis://[::1]:7000/", "redis://[::1]:7000/"),
        ("redis://host/0?password=s3cret", "redis://host:6379/0"),
        ("unix://s3cret:s3cret@/run/redis.sock?db=1", "unix:///run/redis.sock"),
    ],
)
def test_a_place_is_shown_without_its_secrets(url: str, place: str) -> None:
    assert place_of(url) == place
    assert Link(url).place == place


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "http://host",
        "redis:",
        "redis://",
        "redis://host/s3cret",
        "redis://user:s3c/ret@host",
        "redis://host:s3cret",
        "redis://host:99999",
        "redis://host?s3cret=1",
        "redis://:s3cret@host?protocol=9",
        "redis://:s3cret@host?retry=3",
        "rediss://:s3cret@host?ssl_cert_reqs=s3cret",
        "redis://:s3cret@host?encoding=s3cret",
        "redis://:s3cret@host?decode_responses=1",
        "redis://[::1",
        "unix://",
    ],
)
def test_what_is_no_place_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Contradiction, match="Expected redis://") as wrong:
        Link(url)
    assert "s3c" not in str(wrong.value)
