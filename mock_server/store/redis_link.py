"""The link to Redis: it calls the steps of `steps.lua`, and says where none can be called."""

from importlib import resources
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from fleet_contract.mock_server.store.redis_url import WRONG_PARAMETERS, place_of
from fleet_contract.mock_server.store.wrongs import StoreUnavailable
from fleet_contract.spec.contradiction import Contradiction

MOST_CONNECTIONS = 32
LONGEST_WAIT = 2.0  # seconds for a connection, and for a reply
FORM_OF_REPLIES = {"encoding", "encoding_errors", "decode_responses"}  # which is for the store to decide
STEPS = resources.files(__package__).joinpath("steps.lua").read_text(encoding="utf-8")
Argument = str | bytes | int | float
Reply = list[bytes]


class Link:
    """Calls the steps of a store.

    None is sent twice: whether a step was done whose reply is lost cannot be known, and who asked for it is to hear so.
    """

    def __init__(self, url: str) -> None:
        self.place = place_of(url)
        try:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=MOST_CONNECTIONS,
                timeout=LONGEST_WAIT,
                socket_timeout=LONGEST_WAIT,
                socket_connect_timeout=LONGEST_WAIT,
                retry=Retry(NoBackoff(), 0),
                protocol=2,
            )
            cast("Any", pool).make_connection()  # which alone looks at what stands behind the question mark
        except Exception:  # noqa: BLE001  (each parameter is refused by whatever part of the client reads it)
            raise Contradiction(WRONG_PARAMETERS) from None
        if FORM_OF_REPLIES & pool.connection_kwargs.keys():
            raise Contradiction(WRONG_PARAMETERS)
        self._redis = Redis.from_pool(pool)
        self._script = self._redis.register_script(STEPS)

    async def call(self, prefix: str, step: str, *arguments: Argument) -> Reply:
        """Return what a step replies; raises StoreUnavailable."""
        try:
            reply: Reply = await self._script(keys=[prefix], args=[step, *arguments])
        except (RedisError, OSError) as wrong:
            raise self._unavailable(wrong) from None
        return reply

    async def text(self, key: str) -> str | None:
        """Return the text under a key; raises StoreUnavailable."""
        try:
            found = await self._redis.get(key)
        except (RedisError, OSError) as wrong:
            raise self._unavailable(wrong) from None
        return found.decode() if isinstance(found, bytes) else found

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    def _unavailable(self, wrong: Exception) -> StoreUnavailable:
        reason = " ".join(str(wrong).split()) or type(wrong).__name__
        return StoreUnavailable(f"Redis at {self.place} cannot be used: {reason.rstrip('.')}.")
