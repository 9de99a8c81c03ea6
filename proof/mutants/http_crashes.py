"""Mutants that break on what nobody thought of: one table, each row another class of requests, answered 500."""

from codecs import BOM_UTF8
from urllib.parse import unquote_to_bytes

from hypothesis import strategies as st

from fleet_contract.mock_server.kinds import Kind
from proof import sending
from proof.effects import status
from proof.moments import UNREADABLE, Moment
from proof.mutants.table import Table
from proof.triggers import bodies as b
from proof.triggers import calls as c
from proof.triggers import values as v
from proof.triggers.calls import creates, listings, named, readings, refused, renames, with_bytes, with_header
from proof.triggers.classes import Class, when
from proof.triggers.stories import adds, lists, told

OPERATION = "list_charging_keys"
UNDECLARED = (Kind.WRONG_MEDIA_TYPE, Kind.MISSING_MEDIA_TYPE)
OF_EVERY_OBJECT = v.one("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf")


def in_paths(ids: v.Values) -> Class:
    """Return the calls with such an id of a fleet in their path."""
    whose = c.Whose(lambda m: ids.fits(m.path.get("fleetId")), ids=ids.drawn)
    return renames(whose) | readings(whose)


def is_no_utf_8(encoded: bytes) -> bool:
    return not b.is_utf_8(unquote_to_bytes(encoded))


def with_odd_bytes(moment: Moment) -> bool:
    """Say whether the id in a path is not UTF-8 when decoded."""
    return moment.operation in c.ON_A_FLEET and is_no_utf_8(moment.call.raw_path.encode("latin-1"))


def is_made_up(moment: Moment) -> bool:
    """Say whether a cursor is none that was given out."""
    given = (each.shown.get("cursor") for each in moment.successes(OPERATION))
    return "cursor" in moment.query and moment.query["cursor"] not in given


def others(moment: Moment) -> set[str]:
    """Return the members of a body that a rename does not know."""
    return set(moment.body) - {"newName"} if isinstance(moment.body, dict) else set()


def value(values: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Return bodies with an odd value for a name."""
    return values.map(lambda each: b'{"fleetId": "any", "newName": ' + each + b"}")


# fmt: off
CRASHES: dict[str, tuple[str, Class]] = {
    "a-missing-key": ("A request without a key", with_header("x-api-key", v.ABSENT)),
    "one-request-in-forty": (
        "Every fortieth request, whatever it asks,", told(lambda m: m.number % 40 == 39, *[lists()] * 40)),
    "a-number-for-a-name": ("A name that is a number", named(v.NUMBERS)),
    "a-boolean-for-a-name": ("A name that is a boolean", named(v.BOOLEANS)),
    "an-array-for-a-name": ("A name that is an array", named(v.ARRAYS)),
    "an-object-for-a-name": ("A name that is an object", named(v.OBJECTS)),
    "null-for-a-name": ("A newName of null", renames(newName=v.NULL)),
    "an-empty-name": ("An empty newName", renames(newName=v.EMPTY)),
    "a-missing-name": ("A rename without newName", renames(newName=v.ABSENT)),
    "a-very-long-name": ("A name of more than 255 characters", named(v.at_least(256))),
    "a-quote": ("A name with an apostrophe", named(v.characters("'"))),
    "a-nul": ("A name with a NUL character", named(v.characters("\0"))),
    "a-per-cent-sign-in-a-name": ("A name with a per cent sign", named(v.characters("%"))),
    "braces-in-a-name": ("A name with a brace", named(v.characters("{}"))),
    "a-backslash-in-a-name": ("A name with a backslash", named(v.characters("\\"))),
    "a-quote-in-a-name": ("A name with a double quote", named(v.characters('"'))),
    "half-a-surrogate-pair": (
        "A body with half of a surrogate pair", when(lambda m: b.has_half_pair(m.body), named(v.HALF_PAIRS))),
    "an-empty-body": ("A body of no bytes", with_bytes(st.just(b""), lambda m: not m.raw)),
    "a-body-cut-off": ("A body that ends too early", with_bytes(b.CUT_OFF, lambda m: b.ends_early(m.raw))),
    "a-body-that-is-no-object": (
        "A JSON body that is no object",
        with_bytes(b.NO_OBJECTS, lambda m: not isinstance(m.body, dict) and m.body is not UNREADABLE and m.raw)),
    "a-deep-body": (
        "A body nested a thousand levels deep or more",
        with_bytes(value(b.DEEP), lambda m: b.depth(m.raw) >= 1000)),
    "a-long-number": (
        "A body with a number of a thousand digits or more",
        with_bytes(value(b.LONG_NUMBERS), lambda m: any(len(each) >= 1000 for each in b.numbers(m.raw)))),
    "not-a-number": (
        "A body with a NaN", with_bytes(value(st.just(b"NaN")), lambda m: b"NaN" in b.without_strings(m.raw))),
    "an-infinite-number": (
        "A body with a number beyond every float",
        with_bytes(value(b.INFINITE_NUMBERS), lambda m: b.has_infinite_number(m.raw))),
    "a-member-given-twice": (
        "A newName given twice",
        with_bytes(b.GIVEN_TWICE, lambda m: b.names_given(m.raw).count("newName") > 1, "rename_fleet")),
    "bytes-that-are-no-utf-8": ("A body that is not UTF-8", with_bytes(b.NO_UTF_8, lambda m: not b.is_utf_8(m.raw))),
    "a-key-that-is-no-utf-8": (
        "The create of a charging key whose body is not UTF-8",
        with_bytes(b.NO_UTF_8, lambda m: not b.is_utf_8(m.raw), "create_charging_key")),
    "a-byte-order-mark": (
        "A body that begins with a byte order mark",
        when(lambda m: m.raw.startswith(BOM_UTF8), b.spelled(lambda _, body: BOM_UTF8 + sending.as_json(body)))),
    "an-unknown-property": (
        "A rename with another property",
        when(lambda m: m.operation == "rename_fleet" and others(m), renames(another=v.ANYTHING))),
    "a-member-that-every-object-has": (
        "A rename with a member __proto__", renames(**{"__proto__": v.Values(v.PRESENT.fits, v.OBJECTS.drawn)})),
    "a-wrong-media-type": (
        "A body that is not declared as JSON",
        with_header("content-type", c.DECLARED_OTHERWISE | v.ABSENT, *c.WITH_BODY) & refused(*UNDECLARED)),
    "a-wrong-method": ("A request by a method that its path does not have", c.wrong_methods()),
    "an-overlong-id-in-a-path": ("A path with an id of more than 100 characters", in_paths(v.OVERLONG)),
    "a-nul-in-a-path": ("A path with a NUL character", in_paths(v.characters("\0"))),
    "an-encoded-slash-in-a-path": ("A path with an encoded slash", in_paths(v.characters("/"))),
    "a-character-beyond-ascii-in-a-path": ("A path with a character beyond ASCII", in_paths(v.BEYOND_ASCII)),
    "a-name-of-the-language-in-a-path": (
        "A path with the name of a member that every object has", in_paths(OF_EVERY_OBJECT)),
    "a-path-that-is-no-utf-8": (
        "A path that is not UTF-8 when decoded",
        c.calls(*c.ON_A_FLEET, holds=with_odd_bytes, changed=lambda draw, usual: usual.with_raw_id(draw(b.ODD_BYTES)))),
    "a-filter-that-is-no-utf-8": (
        "A filter that is not UTF-8",
        c.calls(OPERATION, holds=lambda m: is_no_utf_8(m.call.raw_query),
                changed=lambda draw, usual: usual.with_raw_query(f"fleetId={draw(b.ODD_BYTES)}"))),
    "a-strange-cursor": ("A cursor that was made up", when(is_made_up, listings(cursor=v.ANYTHING))),
    "a-parameter-that-is-an-array": (
        "A list whose query has a parameter in brackets",
        c.calls(OPERATION, holds=lambda m: b"[]=" in m.call.raw_query,
                changed=lambda draw, usual: usual.with_raw_query(f"fleetId[]={draw(v.PLAIN)}"))),
    "a-page-size-of-zero": ("A page_size of 0", listings(page_size=v.one("0"))),
    "a-page-size-beyond-a-signed-byte": ("A page_size of 128 to 500", listings(page_size=v.integers(128, 500))),
    "a-page-size-that-is-no-number": ("A page_size that is no number", listings(page_size=v.NO_INTEGERS)),
    "a-huge-page-size": ("A page_size of thirty digits or more", listings(page_size=v.HUGE_INTEGERS)),
    "a-long-location-id": ("A location id of more than 255 characters", c.located(v.at_least(256))),
    "a-long-api-key": ("An API key of more than 128 characters", with_header("x-api-key", v.at_least(129))),
    "rename-of-an-unknown-fleet": (
        "A rename of an id that no fleet has", renames(c.UNKNOWN) & refused(Kind.UNKNOWN_FLEET)),
    "codes-of-an-unknown-fleet": (
        "A list of the codes of a fleet that has none, or of an unknown fleet,",
        (readings(c.UNKNOWN) | readings(c.WITHOUT_CODES)) & refused(Kind.UNKNOWN_FLEET, Kind.NO_CODES)),
    "codes-of-a-foreign-fleet": (
        "A list of another organization's codes",
        readings(c.FOREIGN) & refused(Kind.FOREIGN_FLEET, Kind.FOREIGN_FLEET_WITHOUT_CODES)),
    "a-second-create": (
        "A create with a taken id",
        (creates(c.OWN) | creates(c.FOREIGN)) & refused(Kind.FLEET_ID_TAKEN)),
    "a-second-key": (
        "The create of a charging key that exists",
        told(lambda m: m.answer.kind is Kind.KEY_TAKEN, adds(identifier="04AB"), adds(identifier="04AB"))),
    "an-invalid-key": (
        "The create of an invalid charging key", c.key_creates(contractId=v.ABSENT | v.ARRAYS) & refused(Kind.BAD_KEY)),
    "an-unknown-location": ("A location that does not exist", c.located(v.ANYTHING) & refused(Kind.UNKNOWN_LOCATION)),
}
TABLE: Table = {
    "http.never-a-server-error": {
        **{f"{slug}-breaks-the-server": (f"{text} is answered 500.", class_, status(500))
           for slug, (text, class_) in CRASHES.items()},
        "characters-beyond-the-basic-plane-break-the-server": (
            "A name with a character above U+FFFF is answered 500, as by a database without such characters.",
            named(v.ASTRAL), status(500)),
    },
}
