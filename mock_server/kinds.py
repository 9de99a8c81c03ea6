"""Kinds: the reasons for which a request is refused, in words; `refusals.py` says how."""

from enum import StrEnum


class Kind(StrEnum):
    """Why a request is refused, in words."""

    MISSING_KEY = "no key"
    UNKNOWN_KEY = "unknown key"
    UNKNOWN_PATH = "no such path"
    WRONG_METHOD = "no such method"
    WRONG_MEDIA_TYPE = "body not declared as JSON"
    MISSING_MEDIA_TYPE = "body not declared"
    BAD_BODY = "bad body"
    BAD_PARAMETER = "bad parameter"
    BAD_PAGE_SIZE = "page size out of range"
    UNKNOWN_PROPERTY = "unknown property"
    INVALID_NAME = "invalid name of a new fleet"
    BAD_KEY = "invalid charging key"
    TOO_LARGE = "body too large"
    TOO_MANY = "too many requests"
    FLEET_ID_TAKEN = "fleet id taken"
    FLEET_NAME_TAKEN = "fleet name taken"
    UNKNOWN_FLEET = "no such fleet"
    OVERLONG_ID = "fleet id too long"
    FOREIGN_FLEET_RENAMED = "rename of another organization's fleet"
    FOREIGN_FLEET = "another organization's fleet"
    NO_CODES = "no active invitation codes"
    KEY_TAKEN = "charging key taken"
    FLEET_WITHOUT_KEYS = "keys of no fleet"
    FLEET_WITHOUT_PRICES = "prices of no fleet"
    UNKNOWN_LOCATION = "no such location"
    BROKEN = "internal error"
