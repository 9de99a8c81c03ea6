"""The page of the mock in a real browser: what a developer does there works, by mouse, by keyboard, and for all."""

import subprocess
from collections.abc import Iterator

import httpx
import pytest

from fleet_contract.mock_server.parts import Control, parts
from fleet_contract.mock_server.serving import serving
from tests.browser.chromium import driven, grave, needs_chromium

pytestmark = needs_chromium

SEEDED = ["FLEET2024ABC", "FLEET2024XYZ"]
INVITATION = "/emp/v1/fleets/{}/invitation"


@pytest.fixture
def url() -> Iterator[str]:
    with serving() as url:
        yield url


def seen(url: str, job: str) -> dict[str, object]:
    """Return what was seen while a job was done, for which no other host was asked."""
    found = driven("drive.mjs", url, job)
    assert found.pop("asked") == []
    found["complaints"] = [each for each in found["complaints"] if "422" not in each]
    assert found.pop("complaints") == []
    return found


def test_a_misbehaviour_an_exchange_with_its_reason_a_code_and_a_reset(url: str) -> None:
    found = seen(url, "work")
    assert found["statuses"] == [200, 200, 500]
    assert found["why"] == ["The misbehaviour every-third-call-fails of this world did this."]
    assert INVITATION.format("acme-corp-001") in str(found["failed"])
    assert "demo-key" not in str(found["failed"])
    assert found["codes"] == [*SEEDED, "FLEET2024NEW"]
    assert found["revoked"] == SEEDED
    assert (found["left"], found["after"]) == (0, SEEDED)


def test_the_curl_line_repeats_the_exchange(url: str) -> None:
    command = seen(url, "work")["curl"]
    done = subprocess.run(
        ["bash", "-c", str(command)], capture_output=True, text=True, check=True, env={"FLEET_API_KEY": "demo-key"}
    )
    assert done.stdout.startswith("HTTP/1.1 200 OK")  # the reset has ended the misbehaviour
    assert SEEDED[0] in done.stdout


def test_all_of_it_is_done_by_the_keyboard(url: str) -> None:
    found = seen(url, "keyboard")
    assert (found["first"], found["skipped"]) == ("Skip to the exchanges", "exchanges")
    assert (found["kept"], found["focused"]) == ("new code acme-corp-001", "every-third-call-fails")
    assert found["why"] == ["The misbehaviour every-third-call-fails of this world did this."]
    assert (found["back"], found["codes"]) == ("reset", SEEDED)


def test_a_world_has_its_own_exchanges_rules_and_dialect(url: str) -> None:
    found = seen(url, "worlds")
    assert found["statuses"] == [429, 200]
    assert str(found["shown"]).count("POST") == 2
    assert str(found["main"]).count("POST") == 1
    assert found["names"] == ["main"]


def test_what_was_sent_is_text_and_what_is_wrong_is_told(url: str) -> None:
    found = seen(url, "odd")
    assert found["markup"] == 0
    assert found["problem"] == "A rule says what calls are to meet: latency, respond or deliver."
    assert (found["found"], found["paused"], found["saved"]) == (1, 2, 3)


def test_a_connection_that_breaks_is_mended_and_nothing_is_lost(url: str) -> None:
    assert seen(url, "lost") == {"shown": 2}


def test_axe_finds_nothing_serious_in_light_and_dark(url: str) -> None:
    for fleet in ("acme-corp-001", "nobody"):
        httpx.get(url + INVITATION.format(fleet), headers={"X-API-Key": "demo-key"})
    found = driven("drive.mjs", url, "look")
    assert (found.pop("asked"), found.pop("complaints")) == ([], [])
    assert set(found) == {"light", "dark"}
    for scheme, states in found.items():
        for state in ("all", "asking"):
            assert grave(states[state]["violations"]) == [], (scheme, state)
            assert states[state]["passes"] > 10
            assert states[state]["wide"] == 0
        assert states["narrow"] == 0


def test_a_token_is_asked_for_and_kept_in_the_tab_alone() -> None:
    made = parts()
    made.control = Control(token="right-token")
    with serving(made) as url:
        found = seen(url, "token")
    assert found == {"kept": [["right-token"], {}, ""], "isShown": False, "left": 0}
