"""Whose key a recorded request carried, as far as an archive tells: keys may be missing, masked or pseudonyms there."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fleet_contract.contract_tests.exchange import KEY_HEADER, Caller
from fleet_contract.contract_tests.recorded.archives import Entry
from fleet_contract.contract_tests.target.masking import Secret
from fleet_contract.contract_tests.target.target import Target

# What people and tools write in the place of a secret: ***, [REDACTED], <key>, {{apiKey}}, 1234….
MASKED = re.compile(
    r""".*(\*{2}|•{2}|…|\.{3}).* | [<\[{$].*[>\]}]
    | \W*(redacted|masked|hidden|removed|filtered|sanitized|secret|x{3,})\W*""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_HEADER = KEY_HEADER.lower()
LOGINS = ("authorization", "cookie")  # by which something before the API may have known whose key to use
_CALLERS = {each.value: each for each in Caller}
CallerOf = Callable[[Entry], Caller]


def is_masked(text: str) -> bool:
    """Say whether a text looks as if it stood in the place of another one."""
    return MASKED.fullmatch(text) is not None


def key_of(entry: Entry) -> str | None:
    """Return what stands where the API key belongs, None where nothing does."""
    return entry.header(_HEADER)


def is_the_targets(entries: Sequence[Entry], target: Target | None) -> bool:
    """Say whether the key of a target file was seen, or a run of ours says which it is."""
    return any(each.caller for each in entries) or _is_seen(target.api_key if target else None, entries)


def callers(entries: Sequence[Entry], target: Target | None) -> CallerOf:
    """Return what says whose key an entry carried: the owner's is that of the target file, else the most frequent."""
    shown = [key for each in entries if (key := key_of(each))]
    known = {secret.reveal(): caller for secret, caller in _secrets(target)}
    if not known.keys() & set(shown):
        frequent = Counter(key for key in shown if not is_masked(key)).most_common(1)
        known |= {key: Caller.OWNER for key, _ in frequent}
    return partial(_caller_of, known=known, are_shown=bool(shown))


def _caller_of(entry: Entry, known: Mapping[str, Caller], *, are_shown: bool) -> Caller:
    if entry.caller in _CALLERS:
        return _CALLERS[entry.caller]
    key = key_of(entry)
    if key:
        return known.get(key, Caller.SOMEBODY)
    is_left_out = not are_shown or any(entry.header(name) for name in LOGINS)
    return Caller.SOMEBODY if is_left_out else Caller.NOBODY if key is None else Caller.EMPTY


def _secrets(target: Target | None) -> list[tuple[Secret, Caller]]:
    given = [(target.api_key, Caller.OWNER), (target.other_api_key, Caller.OTHER)] if target else []
    return [(secret, caller) for secret, caller in given if secret is not None]


def _is_seen(secret: Secret | None, entries: Sequence[Entry]) -> bool:
    return secret is not None and any(key_of(each) == secret.reveal() for each in entries)
