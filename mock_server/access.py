"""Access: which key belongs to which tenant, and what a caller without a known key is told."""

import logging
from dataclasses import dataclass

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.seed import public_keys

HEADER = "x-api-key"

log = logging.getLogger("fleet_mock")


@dataclass
class Access:
    """The keys that a mock knows; with `any_key` every other key is one of the first tenant."""

    tenants: dict[str, str]
    any_key: bool = False

    def tenant(self, call: Call) -> str:
        """Return whose key a call carries; raises Refusal."""
        key = self.key(call)
        if not key:
            raise Refusal(Kind.MISSING_KEY, "The header X-API-Key is missing or empty.", self.hint())
        found = self.tenant_of(key)
        if found is None:
            log.warning("Refused a request with an unknown key. %s", self.hint()["mock-hint"])
            raise Refusal(Kind.UNKNOWN_KEY, "X-API-Key is not a known API key.", self.hint())
        return found

    def key(self, call: Call) -> str | None:
        return call.header(HEADER)

    def tenant_of(self, key: str) -> str | None:
        """Return the tenant that was given a key; None where nobody was."""
        return self.tenants.get(key) or (self.first if self.any_key else None)

    @property
    def first(self) -> str:
        """The tenant of the first key."""
        return next(iter(self.tenants.values()))

    def hint(self) -> dict[str, str]:
        """Return the header that tells a developer which keys would have worked; those of a user's seed are secret."""
        public = public_keys(self.tenants)
        has_others = len(public) < len(self.tenants)
        known = " and ".join(public + ["those in its seed"] * has_others) if public else "in its seed"
        return {"mock-hint": f"This mock knows the keys {known}. Start it with --any-key to accept any key."}
