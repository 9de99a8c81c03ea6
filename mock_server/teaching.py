"""Teaching: which requirement of the catalogue a refusal comes from, as a table."""

from collections.abc import Mapping
from types import MappingProxyType

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Fault

CREATE, RENAME, CODES = "create_fleet", "rename_fleet", "get_invitation_codes"
NO_FAULT = Fault()

# By operation, kind and the rule that is broken, as a field and a keyword.
OF_A_FIELD: Mapping[tuple[str, Kind, str | None, str | None], str] = MappingProxyType(
    {
        (CREATE, Kind.BAD_BODY, "/fleetId", "required"): "create.refuses-a-missing-id",
        (CREATE, Kind.BAD_BODY, "/fleetId", "maxLength"): "create.refuses-an-overlong-id",
        (CREATE, Kind.BAD_BODY, "/fleetId", "type"): "create.refuses-an-invalid-id",
        (CREATE, Kind.BAD_BODY, "/fleetId", "minLength"): "create.refuses-an-invalid-id",
        (CREATE, Kind.INVALID_NAME, "/fleetName", "maxLength"): "create.refuses-an-overlong-name",
        (CREATE, Kind.INVALID_NAME, "/fleetName", "type"): "create.refuses-a-mistyped-name",
        (RENAME, Kind.BAD_BODY, "/newName", "required"): "rename.refuses-a-missing-name",
        (RENAME, Kind.BAD_BODY, "/newName", "maxLength"): "rename.refuses-an-overlong-name",
        (RENAME, Kind.BAD_BODY, "/newName", "type"): "rename.refuses-an-invalid-name",
        (CREATE, Kind.BAD_BODY, "", "type"): "create.refuses-a-malformed-body",
        (RENAME, Kind.BAD_BODY, "", "type"): "rename.refuses-a-malformed-body",
        (CREATE, Kind.BAD_BODY, None, None): "create.refuses-a-malformed-body",
        (RENAME, Kind.BAD_BODY, None, None): "rename.refuses-a-malformed-body",
    }
)
OF_AN_OPERATION: Mapping[tuple[str, Kind], str] = MappingProxyType(
    {
        (RENAME, Kind.UNKNOWN_FLEET): "rename.unknown-fleet-is-404",
        (RENAME, Kind.OVERLONG_ID): "rename.unknown-fleet-is-404",
        (CODES, Kind.UNKNOWN_FLEET): "invitation.unknown-fleet-is-404",
        (CODES, Kind.OVERLONG_ID): "invitation.unknown-fleet-is-404",
    }
)
OF_A_KIND: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.MISSING_KEY: "access.key-is-required",
        Kind.UNKNOWN_KEY: "access.key-is-checked",
        Kind.UNKNOWN_PATH: "http.unknown-paths-are-refused",
        Kind.WRONG_METHOD: "http.wrong-methods-are-refused",
        Kind.WRONG_MEDIA_TYPE: "http.media-type-is-judged",
        Kind.MISSING_MEDIA_TYPE: "http.media-type-is-judged",
        Kind.UNKNOWN_PROPERTY: "http.unknown-properties",
        Kind.BAD_KEY: "keys.create-refuses-an-invalid-key",
        Kind.KEY_TAKEN: "keys.identifier-is-unique",
        Kind.BAD_PAGE_SIZE: "keys.page-size-out-of-range",
        Kind.FLEET_ID_TAKEN: "fleets.id-is-unique",
        Kind.FOREIGN_FLEET_RENAMED: "rename.foreign-fleet-is-refused",
        Kind.FOREIGN_FLEET: "invitation.foreign-fleet-is-403",
        Kind.FOREIGN_FLEET_WITHOUT_CODES: "invitation.foreign-fleet-is-403",
        Kind.NO_CODES: "invitation.without-codes-is-404",
        Kind.UNKNOWN_LOCATION: "prices.unknown-location-is-404",
    }
)


def requirement_of(operation_id: str | None, kind: Kind, fault: Fault | None) -> str | None:
    """Return the id of the requirement that has a server refuse so, None where it is the server's own choice."""
    if operation_id is not None:
        where = fault or NO_FAULT
        found = OF_A_FIELD.get((operation_id, kind, where.pointer, where.keyword))
        if found is not None:
            return found
        found = OF_AN_OPERATION.get((operation_id, kind))
        if found is not None:
            return found
    return OF_A_KIND.get(kind)
