"""Values that stand elsewhere: env: and file: for every secret, and what is told where nothing useful is there."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.contract_tests.network.outgoing import RequestBuilder
from fleet_contract.contract_tests.target.masking import Masker, Secret, revealed
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.target_file import read_target
from fleet_contract.spec.files import Contradiction

ENVIRONMENT = {"TOKEN": "t0k3n-of-the-gateway", "WITH_END": "t0k3n-of-the-gateway\r\n", "EMPTY": "", "BLANK": " \n"}


def target(folder: Path, text: str, **environment: str) -> Target:
    file = folder / "target.toml"
    file.write_text(f'base_url = "http://localhost"\n{text}', encoding="utf-8")
    return read_target(file, {}, {**ENVIRONMENT, **environment})


def problem(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(Contradiction) as told:
        target(folder, text, **environment)
    assert "t0k3n" not in str(told.value)
    assert str(told.value).startswith(str(folder / "target.toml"))
    return str(told.value)


def header(folder: Path, value: str, **environment: str) -> str | Secret:
    return target(
        folder, f"[network]\nheaders = {{ Authorization = {json.dumps(value)} }}", **environment
    ).network.headers["Authorization"]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("env:TOKEN", "t0k3n-of-the-gateway"),
        ("ENV:TOKEN", "t0k3n-of-the-gateway"),
        ("env: TOKEN ", "t0k3n-of-the-gateway"),
        ("env:WITH_END", "t0k3n-of-the-gateway"),
        ("Bearer env:TOKEN", "Bearer t0k3n-of-the-gateway"),
        ("Bearer  env:TOKEN", "Bearer t0k3n-of-the-gateway"),
        ("file:a token", "from-a-file"),
        ("Basic file:a token", "Basic from-a-file"),
    ],
)
def test_a_header_may_stand_elsewhere_and_is_then_a_secret(value: str, sent: str, tmp_path: Path) -> None:
    (tmp_path / "a token").write_bytes(codecs.BOM_UTF8 + b"from-a-file\r\n")
    assert header(tmp_path, value) == Secret(sent)


@pytest.mark.parametrize("value", ["qa", "Basic dTpw", "a=b; c", "100%", "US$ 5", "$", "{}", '{"a": {"b": 1}}', "$5"])
def test_a_header_that_stands_for_itself_stays_as_it_is(value: str, tmp_path: Path) -> None:
    assert header(tmp_path, value) == value


@pytest.mark.parametrize("text", ["pa$$word", "$TOKEN", "a ${b}", "100%", "%TOKEN%"])
def test_what_a_variable_holds_may_look_like_another_variable(text: str, tmp_path: Path) -> None:
    assert header(tmp_path, "env:ODD", ODD=text) == Secret(text)


@pytest.mark.parametrize(
    "text", ["env:TOKEN", "env:ODD", "file:token", "${TOKEN}", "$(cat token)", "${{ secrets.TOKEN }}"]
)
def test_a_variable_that_only_refers_to_something_else_is_refused(text: str, tmp_path: Path) -> None:
    told = problem(tmp_path, '[network]\nheaders = {Authorization = "Bearer env:ODD"}', ODD=text)
    assert "network.headers.Authorization names the environment variable ODD, which is itself a reference" in told


def test_what_a_file_holds_stands_for_itself(tmp_path: Path) -> None:
    """So there is a way to give any value."""
    (tmp_path / "odd").write_text("env:prod\n")
    assert target(tmp_path, '[fixtures]\nlocation = "file:odd"').fixtures.location == "env:prod"
    (tmp_path / "odd").write_text("{{ secret }}\n")
    assert "is itself a reference" in problem(tmp_path, '[fixtures]\nlocation = "file:odd"')


def test_a_header_that_stood_elsewhere_is_masked_whatever_its_name(tmp_path: Path) -> None:
    headers = '[network]\nheaders = {X-Team = "env:TOKEN", X-Other = "harmless"}'
    masker = Masker()
    RequestBuilder(target(tmp_path, headers), "m4rk", masker)
    assert masker.text("with t0k3n-of-the-gateway: harmless") == "with ***: harmless"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('api_key = "env:TOKEN"', lambda t: t.api_key),
        ('other_api_key = "file:secret"', lambda t: t.other_api_key),
        ('[network]\nproxy = "env:PROXY"', lambda t: t.network.proxy),
        ('[network]\nproxy = "file:proxy"', lambda t: t.network.proxy),
        ('[fixtures]\nfleet_with_codes = "f"\nactive_codes = ["env:TOKEN"]', lambda t: t.fixtures.active_codes),
        ('[fixtures]\nfleet_with_codes = "f"\ninactive_codes = ["file:secret"]', lambda t: t.fixtures.inactive_codes),
    ],
)
def test_every_secret_may_stand_elsewhere(line: str, read: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("t0k3n-of-the-gateway\n")
    (tmp_path / "proxy").write_text("http://user:t0k3n@proxy.example:3128\n")
    found = target(tmp_path, line, PROXY="http://user:t0k3n@proxy.example:3128\n")
    value = read(found)
    plain = value[0] if isinstance(value, tuple) else revealed(value)
    assert plain in ("t0k3n-of-the-gateway", "http://user:t0k3n@proxy.example:3128")
    assert "t0k3n" not in repr(found)


def test_the_base_url_may_stand_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("https://staging.example/drive/\n")
    assert read_target(None, {"base_url": "env:URL"}, {"URL": "http://x/\n"}).base_url == "http://x"
    assert read_target(None, {}, {"FLEET_BASE_URL": f"file:{tmp_path}/url"}).base_url == "https://staging.example/drive"


PLACES = [
    "api_key = {}",
    "[network]\nheaders = {{ X-Token = {} }}",
    "[network]\nproxy = {}",
    '[fixtures]\nfleet_with_codes = "f"\nactive_codes = [{}]',
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("env:TOKENN", "names the environment variable TOKENN, which is not set. Set it, or correct the name. Did you"),
        ("env:FAR_AWAY", "names the environment variable FAR_AWAY, which is not set. Set it, or correct the name."),
        ("env:EMPTY", "names the environment variable EMPTY, which is empty."),
        ("env:BLANK", "names the environment variable BLANK, which is empty."),
        ("env:", "names no environment variable after env:. Expected env:NAME"),
        ("env:t0k3n-that-was-pasted", "names no environment variable after env:. Expected env:NAME"),
        (
            "env:LINES",
            "names the environment variable LINES, which has 2 lines. Expected the value alone, on one line.",
        ),
        (
            "file:nowhere",
            "nowhere cannot be read: No such file or directory. Expected a text file that contains only the value",
        ),
        ("file:folder", "folder cannot be read: Is a directory."),
        ("file:", "cannot be read: Is a directory."),
        ("file:empty", "names the file empty, which is empty."),
        ("file:lines", "names the file lines, which has 3 lines."),
        ("file:binary", "binary is not UTF-8 text: byte 0 cannot be decoded."),
        ("file:nul", "nul contains NUL characters: it is binary"),
        ("file:~nobody-here/key", "its home directory is unknown"),
        ("$TOKEN", "looks like a variable, but variables are not expanded here. Write env:TOKEN, alone or after"),
        ("${TOKEN}", "Write env:TOKEN"),
        ("${TOKEN:-none}", "Write env:TOKEN"),
        ("$env:TOKEN", "Write env:TOKEN"),
        ("%TOKEN%", "Write env:TOKEN"),
        ("{{ TOKEN }}", "Write env:TOKEN"),
        ("${{ secrets.STAGING_TOKEN }}", "Write env:STAGING_TOKEN"),
        ("$(cat token)", "Write env:NAME"),
        ("$t0k3n", "Write env:NAME"),
    ],
)
def test_what_leads_nowhere_is_told_and_nothing_is_sent_literally(
    place: str, value: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    for name, data in {"empty": b" \r\n", "lines": b"a\r\nb\nc\n\n", "binary": b"\xfe\xfd", "nul": b"a\0b"}.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(Contradiction) as told:
        target(tmp_path, place.format(json.dumps(value)), LINES="t0k3n-1\nt0k3n-2")
    assert expected in str(told.value)
    assert "t0k3n" not in str(told.value)


@pytest.mark.parametrize("value", ["Bearer $TOKEN", "Bearer ${TOKEN}", "session=$TOKEN", "session=${TOKEN}; a=b"])
def test_a_part_of_a_header_that_a_shell_would_replace_is_refused(value: str, tmp_path: Path) -> None:
    told = problem(tmp_path, f"[network]\nheaders = {{ Cookie = {json.dumps(value)} }}")
    assert "network.headers.Cookie looks like a variable" in told
    assert "Write env:TOKEN" in told


@pytest.mark.parametrize("value", ["session=env:TOKEN", "Basic user env:TOKEN", "a, file:token"])
def test_a_reference_inside_of_a_header_is_refused(value: str, tmp_path: Path) -> None:
    told = problem(tmp_path, f"[network]\nheaders = {{ Cookie = {json.dumps(value)} }}")
    assert "network.headers.Cookie contains env: or file: within a longer value" in told


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ('{Host = "x"}', "network.headers has the name 'Host', which cannot be used."),
        ('{"a b" = "x"}', "network.headers has the name 'a b', which cannot be used."),
        ('{X-Team = "x", x-team = "y"}', "network.headers names 'X-Team' twice."),
        ('{X-Team = "a\\nb"}', "network.headers.X-Team contains a character that no header can carry."),
        ('{X-Team = "env:NUL"}', "network.headers.X-Team contains a character that no header can carry."),
        ('{X-Team = ["t0k3n"]}', "network.headers.X-Team is a list. Expected a table of names and values"),
        ('["X-Team: t0k3n"]', "network.headers is a list. Expected a table of names and values"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(headers: str, expected: str, tmp_path: Path) -> None:
    assert expected in problem(tmp_path, f"[network]\nheaders = {headers}", NUL="a\x7fb")


@pytest.mark.parametrize(
    ("key", "odd"),
    [
        ("t0k3n\x00", "U+0000 as character 6"),
        ("t0k3n€", "U+20AC as character 6"),
        ("\ufefft0k3n", "U+FEFF as character 1"),
        ("t0k3n\tt0k3n", "U+0009 as character 6"),
    ],
)
def test_a_key_that_no_header_can_carry_is_refused_without_repeating_it(key: str, odd: str, tmp_path: Path) -> None:
    assert f"api_key contains {odd}, which no header can carry." in problem(tmp_path, 'api_key = "env:KEY"', KEY=key)


def test_blanks_around_a_key_and_a_header_are_taken_off_as_http_does(tmp_path: Path) -> None:
    assert target(tmp_path, 'api_key = " a-key "').api_key == Secret("a-key")
    assert header(tmp_path, " env:TOKEN") == Secret("t0k3n-of-the-gateway")
    assert header(tmp_path, " qa\t") == "qa"


def test_a_key_in_quotes_is_refused(tmp_path: Path) -> None:
    assert "api_key is in quotes" in problem(tmp_path, 'api_key = "env:KEY"', KEY='"t0k3n"')


def test_the_password_of_a_proxy_is_masked_as_it_is_and_as_it_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text('base_url = "http://staging.example"\n[network]\nproxy = "env:PROXY"')
    masker = Masker()
    proxied = read_target(file, {}, {"PROXY": "http://user:pass%2Fword@proxy.example:3128"})
    RequestBuilder(proxied, "m4rk", masker)
    assert masker.text("pass/word pass%2Fword dXNlcjpwYXNzL3dvcmQ= user") == "*** *** *** user"


def test_every_text_and_path_may_come_from_a_variable(tmp_path: Path) -> None:
    found = target(
        tmp_path,
        '[fixtures]\nlocation = "env:PLACE"\n[network]\nca_file = "env:BUNDLE"',
        PLACE="loc-001\n",
        BUNDLE="certs/ca.pem\n",
    )
    assert found.fixtures.location == "loc-001"
    assert found.network.ca_file == tmp_path / "certs" / "ca.pem"
    assert target(tmp_path, '[network]\nca_file = "file:ca.pem"').network.ca_file == tmp_path / "ca.pem"
    assert "Write env:CERT_DIR" in problem(tmp_path, '[network]\nca_file = "$CERT_DIR/ca.pem"')


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ('api_key = "file:a\\u0000b"', "api_key"),
        ('[network]\nca_file = "a\\u0000b"', "network.ca_file"),
        ('[network]\nclient_cert = "file:a\\u0000b"', "network.client_cert"),
        ('[network]\nunix_socket = "a\\u0000b"', "network.unix_socket"),
    ],
)
def test_a_path_that_none_can_be_is_told(text: str, entry: str, tmp_path: Path) -> None:
    assert f"{entry} contains U+0000, which no path can have" in problem(tmp_path, text)
