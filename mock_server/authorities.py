"""Authorities: what a request may name as the host that it is for (RFC 9110, section 7.2)."""

import re

# A host and perhaps a port, or nothing (RFC 9110, section 7.2); some clients name the zone of an IPv6 address.
HOST = re.compile(
    rb"""
      (\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._~%-]+)?\] | ([A-Za-z0-9._~!$&'()*+,;=-] | %[0-9A-Fa-f]{2})*)
      (:(?P<port>[0-9]*))?
    """,
    re.VERBOSE,
)
LARGEST_PORT = 65535
LONGEST_PORT = 5  # digits


def is_authority(host: bytes) -> bool:
    """Say whether a text is a host, perhaps with a port, as Host has it."""
    found = HOST.fullmatch(host)
    port = found["port"] if found else None
    return found is not None and (not port or (len(port) <= LONGEST_PORT and int(port) <= LARGEST_PORT))
