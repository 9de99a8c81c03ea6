"""Services beside the suite in a network of containers: their pace and their proxies are those of this machine."""

from dataclasses import replace

import pytest

from fleet_contract.contract_tests.network.proxies import proxy_url
from fleet_contract.contract_tests.target.hosts import is_service
from fleet_contract.contract_tests.target.target import CAUTIOUS, Limits, Network, Target

PROXY = "http://proxy.example:3128"
DIRECT = Network()


@pytest.fixture(autouse=True)
def a_proxy_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", PROXY)


def target(url: str, *, allow_writes: bool = True, network: Network = DIRECT) -> Target:
    return Target(base_url=url, allow_writes=allow_writes, network=network)


def met(one: Target) -> tuple[float, str]:
    return one.rate, proxy_url(one)


@pytest.mark.parametrize("url", ["http://mock:8080", "http://fleet-mock", "http://MOCK_1:1"])
def test_a_service_that_may_be_written_to_is_reached_as_this_machine_is(url: str) -> None:
    assert met(target(url)) == met(target("http://localhost:8080")) == (0.0, "")
    assert not target(url).is_local


@pytest.mark.parametrize(
    "url", ["http://mock.example", "http://mock.internal:8080", "http://192.0.2.7", "http://[2001:db8::1]"]
)
def test_any_other_host_is_reached_with_care(url: str) -> None:
    assert met(target(url)) == (CAUTIOUS, PROXY)


def test_a_service_is_reached_with_care_unless_it_may_be_written_to() -> None:
    assert met(target("http://mock:8080", allow_writes=False)) == (CAUTIOUS, PROXY)


@pytest.mark.parametrize(
    "detour",
    [Network(connect_to=("mock:8080:far.example:80",)), Network(resolve=("mock:8080:192.0.2.7",))],
    ids=["connect-to", "resolve"],
)
def test_a_service_that_leads_elsewhere_is_reached_with_care(detour: Network) -> None:
    assert met(target("http://mock:8080", network=detour)) == (CAUTIOUS, PROXY)


def test_what_a_target_says_itself_holds_for_a_service_too() -> None:
    named = target("http://mock:8080", network=Network(proxy="http://other.example:1"))
    assert met(replace(named, limits=Limits(requests_per_second=3.0))) == (3.0, "http://other.example:1")


@pytest.mark.parametrize("host", ["", "1", "0x7f000001", "::1", "mock.", "a.b"])
def test_no_address_and_no_name_with_a_dot_is_a_service(host: str) -> None:
    assert not is_service(host)
