"""The client of the control API over httpx, blocking or async: both have the calls of one table."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from functools import wraps
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar, overload

import httpx

from fleet_contract.mock_server.client import asks
from fleet_contract.mock_server.client.asks import Ask, at
from fleet_contract.mock_server.client.replies import ControlError, read

P = ParamSpec("P")
T = TypeVar("T")
LONGEST_WAIT = 30.0  # seconds; a large state takes its time
UNSENDABLE = (httpx.HTTPError, httpx.InvalidURL)


class Blocking(ABC):
    """A client that waits for each response."""

    @abstractmethod
    def send(self, ask: Ask[T]) -> T:
        """Return what the mock says; raises ControlRefused or ControlError."""


class Awaiting(ABC):
    """A client whose responses are awaited."""

    @abstractmethod
    async def send(self, ask: Ask[T]) -> T:
        """Return what the mock says; raises ControlRefused or ControlError."""


class Call(Generic[P, T]):
    """A method that sends what a function asks for; a coroutine function where its client is async."""

    def __init__(self, ask: Callable[P, Ask[T]]) -> None:
        self.ask = ask
        self.__doc__ = ask.__doc__

    @overload
    def __get__(self, client: None, of: type) -> Self: ...
    @overload
    def __get__(self, client: Blocking, of: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: Awaiting, of: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Blocking | Awaiting | None, of: type) -> Any:
        if client is None:
            return self

        @wraps(self.ask)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.send(self.ask(*args, **kwargs))

        return call


class Calls:
    """The calls of the control API, each with the name of its operationId."""

    get_overview = Call(asks.get_overview)
    get_control_document = Call(asks.get_control_document)
    get_health = Call(asks.get_health)
    get_readiness = Call(asks.get_readiness)
    list_worlds = Call(asks.list_worlds)
    get_world = Call(asks.get_world)
    put_world = Call(asks.put_world)
    drop_world = Call(asks.drop_world)
    reset_world = Call(asks.reset_world)
    get_state = Call(asks.get_state)
    put_state = Call(asks.put_state)
    list_snapshots = Call(asks.list_snapshots)
    take_snapshot = Call(asks.take_snapshot)
    drop_snapshot = Call(asks.drop_snapshot)
    restore_snapshot = Call(asks.restore_snapshot)
    get_api_keys = Call(asks.get_api_keys)
    change_api_keys = Call(asks.change_api_keys)
    list_tenants = Call(asks.list_tenants)
    create_tenant = Call(asks.create_tenant)
    list_fleets = Call(asks.list_fleets)
    get_fleet = Call(asks.get_fleet)
    put_fleet = Call(asks.put_fleet)
    list_codes = Call(asks.list_codes)
    add_code = Call(asks.add_code)
    revoke_code = Call(asks.revoke_code)
    list_all_charging_keys = Call(asks.list_all_charging_keys)
    put_charging_key = Call(asks.put_charging_key)
    list_locations = Call(asks.list_locations)
    put_location = Call(asks.put_location)
    list_questions = Call(asks.list_questions)
    get_dialect = Call(asks.get_dialect)
    put_dialect = Call(asks.put_dialect)
    change_dialect = Call(asks.change_dialect)
    get_misbehaviours = Call(asks.get_misbehaviours)
    put_misbehaviours = Call(asks.put_misbehaviours)
    get_rules = Call(asks.get_rules)
    put_rules = Call(asks.put_rules)
    add_rule = Call(asks.add_rule)
    remove_rule = Call(asks.remove_rule)
    search_journal = Call(asks.search_journal)
    clear_journal = Call(asks.clear_journal)
    export_journal = Call(asks.export_journal)


class Control(Calls, Blocking):
    """A blocking client of the control API of the mock at `url`, which may lead into a world.

    `token` is that of `--control-token`. No proxy of the environment is asked; `http` is a client of your own, which
    you close.
    """

    def __init__(self, url: str, *, token: str | None = None, http: httpx.Client | None = None) -> None:
        self.url = str(url).rstrip("/")
        self._headers = headers_of(token)
        self._is_own = http is None
        self._http = http or httpx.Client(trust_env=False, timeout=LONGEST_WAIT)
        self._token = token

    def send(self, ask: Ask[T]) -> T:
        """Return what the mock says; raises ControlRefused or ControlError."""
        try:
            response = self._http.request(
                ask.method, self.url + ask.path, params=ask.query or None, json=ask.body, headers=self._headers
            )
        except UNSENDABLE as wrong:
            raise unreachable(self.url, wrong) from wrong
        return read(ask, self.url, response.status_code, response.content)

    def in_world(self, world: str) -> "Control":
        """Return a client of the same mock in a world, over the same connections."""
        return Control(self.url + at("worlds", world), token=self._token, http=self._http)

    def close(self) -> None:
        """Close the connections, unless they are those of somebody else's client."""
        if self._is_own:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _: BaseException | None, _at: TracebackType | None) -> None:
        self.close()


class AsyncControl(Calls, Awaiting):
    """An async client of the control API; all as `Control` has it, and to be awaited."""

    def __init__(self, url: str, *, token: str | None = None, http: httpx.AsyncClient | None = None) -> None:
        self.url = str(url).rstrip("/")
        self._headers = headers_of(token)
        self._is_own = http is None
        self._http = http or httpx.AsyncClient(trust_env=False, timeout=LONGEST_WAIT)
        self._token = token

    async def send(self, ask: Ask[T]) -> T:
        """Return what the mock says; raises ControlRefused or ControlError."""
        try:
            response = await self._http.request(
                ask.method, self.url + ask.path, params=ask.query or None, json=ask.body, headers=self._headers
            )
        except UNSENDABLE as wrong:
            raise unreachable(self.url, wrong) from wrong
        return read(ask, self.url, response.status_code, response.content)

    def in_world(self, world: str) -> "AsyncControl":
        """Return a client of the same mock in a world, over the same connections."""
        return AsyncControl(self.url + at("worlds", world), token=self._token, http=self._http)

    async def close(self) -> None:
        """Close the connections, unless they are those of somebody else's client."""
        if self._is_own:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _: BaseException | None, _at: TracebackType | None
    ) -> None:
        await self.close()


def headers_of(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def unreachable(url: str, wrong: Exception) -> ControlError:
    return ControlError(f"The mock at {url} cannot be reached: {wrong or type(wrong).__name__}. Is it running?")
