"""The state file: what is saved was held at one moment, and a file that is not whole is named and left alone."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from fleet_contract.mock_server import saving, state_lines
from fleet_contract.mock_server.command import main
from fleet_contract.mock_server.parts import habits, parts
from fleet_contract.mock_server.saving import SavingStore
from fleet_contract.mock_server.seed import default_seed, tell_nobody
from fleet_contract.mock_server.state_file import StateFile
from fleet_contract.mock_server.state_lines import Damaged, chunks, read_state
from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, MemoryStore, State
from fleet_contract.mock_server.store.rows import Rows, fleet_of_row, key_of_row, row_of_fleet, row_of_key
from fleet_contract.spec.files import Contradiction

pytestmark = pytest.mark.anyio
Record = TypeVar("Record")
MANY = 100_000
LONGEST_STEP = 0.02  # seconds of CPU
ODD = State(
    {"k\u20ac": "t\0", "other": 'u"\n'},
    [Fleet("a\ud800", "", "t\0", (Code("C\n"), Code("D", active=False)), inf), Fleet("b", None, 'u"\n')],
    [
        ChargingKey("04", "V\U0001f697", "C", "t\0", "b", enabled=False, listed_from=inf),
        ChargingKey("05", "V", "C", "t"),
    ],
    default_seed().locations,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state"


def memory(state: State) -> MemoryStore:
    return MemoryStore(habits(parts().dialect), state)


def saved(state: State) -> bytes:
    with memory(state).imaged() as image:
        return b"".join(chunks(image, state.keys))


def read(data: bytes) -> State:
    return read_state(io.BytesIO(data), tell_nobody)


def plain(state: State) -> tuple[object, ...]:
    return dict(state.keys), list(state.fleets), list(state.charging_keys), list(state.locations)


async def all_of(records: AsyncIterator[Record]) -> list[Record]:
    return [each async for each in records]


def files_beside(path: Path) -> list[str]:
    return [each.name for each in path.parent.iterdir()]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.mark.parametrize("state", [default_seed(), ODD, State({"k": "t"})])
def test_what_is_saved_is_read_again(state: State) -> None:
    assert plain(read(saved(state))) == plain(state)


def test_what_was_to_be_found_later_is_found_after_a_restart() -> None:
    late = State(
        {"k": "t"}, [Fleet("a", None, "t", found_from=99.5)], [ChargingKey("04", "V", "C", "t", listed_from=99.5)]
    )
    again = read(saved(late))
    assert (again.fleets[0].found_from, again.charging_keys[0].listed_from) == (0, 0)


WHOLE = saved(default_seed())
LINES = WHOLE.splitlines(keepends=True)


def without(number: int) -> bytes:
    return b"".join(LINES[: number - 1] + LINES[number:])


def flipped(place: int) -> bytes:
    return WHOLE[:place] + bytes([WHOLE[place] ^ 1]) + WHOLE[place + 1 :]


def resealed(number: int, text: str) -> bytes:
    """Return the file with another line, as if a mock had written it."""
    seal = state_lines.Seal()
    texts = [line[9:-1].decode() for line in LINES]
    return seal.sealed([*texts[: number - 1], text, *texts[number:]])


DAMAGED = {
    "empty": (b"", "It is empty"),
    "a seed": (b"keys: {demo-key: demo}\n", "Line 1 does not say that it is a state"),
    "zeros": (b"\0" * 10_000, "Line 1 does not say"),
    "of a later version": (WHOLE.replace(b'"version":1', b'"version":2'), "version 2, where 1 can be read"),
    "a head that was changed": (WHOLE.replace(b'"fleets":3', b'"fleets":4'), "Line 1 is not as it was written"),
    "cut off in its head": (LINES[0][:40], "Line 1 does not say that it is a state"),
    "cut off behind its head": (LINES[0], "It ends in line 2 of 51"),
    "cut off in a line": (b"".join(LINES[:20])[:-5], "It ends in line 20 of 51"),
    "cut off by a byte": (WHOLE[:-1], "It ends in line 51 of 51"),
    "cut off by a line": (b"".join(LINES[:-1]), "It ends in line 51 of 51"),
    "a bit in its middle": (flipped(len(WHOLE) // 2), "is not as it was written"),
    "a bit in a checksum": (flipped(len(LINES[0]) + 1), "Line 2 is not as it was written"),
    "a line that is lost": (without(7), "Line 7 is not as it was written"),
    "lines that were swapped": (b"".join([*LINES[:5], LINES[6], LINES[5], *LINES[7:]]), "Line 6 is not"),
    "another that follows": (WHOLE + WHOLE, "It goes on after line 51"),
    "a record without fields": (resealed(3, "[]"), "Line 3 is no fleet"),
    "a code without a mark": (resealed(2, '["a",null,"demo",[["C"]],0.0]'), "Line 2 is no fleet"),
    "a key that is a fleet": (resealed(5, LINES[1][9:-1].decode()), "Line 5 is no charging key"),
    "a location that is none": (resealed(51, "null"), "Line 51 is no location"),
    "a head that says little": (resealed(1, '{"format":"fleet-mock state","version":1}'), "Line 1 does not say what"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_exit_2_with_its_place_and_left_alone(kind: str, path: Path) -> None:
    data, words = DAMAGED[kind]
    path.write_bytes(data)
    result = run("--port", "0", "--state", path)
    assert result.exit_code == 2
    assert words in result.output
    assert str(path) in result.output
    assert "FLEET2024ABC" not in result.output
    assert path.read_bytes() == data
    assert files_beside(path) == ["state"]


def test_no_byte_of_a_file_can_change_unseen() -> None:
    for place in range(0, len(WHOLE), 7):
        with pytest.raises(Damaged, match=r"[Ll]ine [1-9]"):
            read(flipped(place))


def test_where_no_file_can_be_made_is_exit_2(path: Path) -> None:
    for place, words in [
        (path / "nowhere" / "state", "cannot be written: No such file or directory"),
        (path.parent, "is not a file"),
        (Path("/dev/full"), "is not a file"),
        (Path("/proc/state"), "cannot be written"),
    ]:
        result = run("--port", "0", "--state", place)
        assert (result.exit_code, words in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--store", "redis://localhost"], "--state and --store (or FLEET_MOCK_STORE) contradict each other"),
        (["--workers", "2"], "and only one can keep a --state"),
    ],
)
def test_a_state_file_is_kept_by_one_mock(more: list[str], words: str, path: Path) -> None:
    result = run("--port", "0", "--state", path, *more)
    assert result.exit_code == 2
    assert words in result.output
    assert not files_beside(path)


def test_a_file_that_another_mock_holds_is_exit_2(path: Path) -> None:
    path.write_bytes(WHOLE)
    with StateFile(path).held():
        result = run("--port", "0", "--state", path)
    assert result.exit_code == 2
    assert f"Another mock keeps its state in {path}" in result.output
    with StateFile(path).held():
        pass
    assert files_beside(path) == ["state"]


def test_a_state_that_contradicts_the_dialect_is_exit_2(path: Path) -> None:
    path.write_bytes(saved(State({"k": "t"}, [Fleet("a", None, "t"), Fleet("A", None, "t")])))
    result = run("--port", "0", "--state", path, "--set", "id.case=ignored")
    assert result.exit_code == 2
    assert "The mock would begin with the fleets 'a' and 'A', which are the same where id.case=ignored" in result.output


async def test_an_image_is_of_one_moment_whatever_is_done_meanwhile() -> None:
    store = memory(default_seed())
    with store.imaged() as image:
        before = plain(default_seed())
        rest = chunks(image, default_seed().keys)
        written = [next(rest)]
        await store.rename("demo", "acme-corp-001", "New")
        await store.rename("demo", "acme-corp-001", "Newer")
        await store.put_code("codeless-001", Code("NEW"))
        await store.add_fleet(Fleet("new", None, "demo"))
        await store.rename("demo", "new", "Named")
        await store.put_key(replace(default_seed().charging_keys[3], fleet_id=None))
        await store.add_key(ChargingKey("04", "V", "C", "demo", "new"))
        written.append(next(rest))
        await store.replace(State({"k": "t"}))
        assert plain(read(b"".join([*written, *rest]))) == before
    assert await all_of(store.fleets()) == []


def test_no_step_of_saving_holds_up_requests_however_much_is_held() -> None:
    many = State(
        {"k": "t"},
        Rows([row_of_fleet(Fleet(f"fleet-{number}", "Name", "t")) for number in range(MANY)], fleet_of_row),
        Rows([row_of_key(ChargingKey(f"{number}", "V", "C", "t")) for number in range(MANY)], key_of_row),
    )
    store = memory(many)
    steps = []
    with store.imaged() as image:
        rest = chunks(image, many.keys)
        while True:
            began = time.thread_time()
            if next(rest, None) is None:
                break
            steps.append(time.thread_time() - began)
    assert len(steps) > MANY // 1_000
    assert max(steps) < LONGEST_STEP


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "INTERVAL", 0.01)
    monkeypatch.setattr(state_lines, "SLICE", 1)


@pytest.mark.usefixtures("small_slices")
async def test_saving_goes_on_while_the_state_changes_and_the_last_state_is_kept(path: Path) -> None:
    with StateFile(path).held() as file:
        store = SavingStore(memory(default_seed()), file, default_seed().keys, is_saved=False)
        await store.open()
        assert plain(read(path.read_bytes())) == plain(default_seed())
        seen = set()
        for number in range(300):
            await store.add_fleet(Fleet(f"fleet-{number}", None, "demo"))
            await store.rename("demo", "acme-corp-001", f"Name {number}")
            await asyncio.sleep(0.001)
            kept = read(path.read_bytes())
            made = len(kept.fleets) - 3
            seen.add(made)
            assert kept.fleets[0].name == (f"Name {made - 1}" if made else "Acme Corporation Fleet")
        await store.close()
        assert len(read(path.read_bytes()).fleets) == 303
        assert read(path.read_bytes()).fleets[0].name == "Name 299"
    assert len(seen) > 2, "it was saved while it changed"


@pytest.mark.usefixtures("small_slices")
async def test_nothing_is_written_where_nothing_changed(path: Path) -> None:
    path.write_bytes(WHOLE)
    with StateFile(path).held() as file:
        keys = dict(default_seed().keys)
        store = SavingStore(memory(default_seed()), file, keys, is_saved=True)
        was = path.stat().st_ino
        await store.open()
        with suppress(Exception):
            await store.rename("demo", "nobody", "New")
        await asyncio.sleep(0.1)
        assert path.stat().st_ino == was
        keys["new"] = "demo"
        await store.close()
    assert read(path.read_bytes()).keys["new"] == "demo"


@pytest.mark.usefixtures("small_slices")
async def test_a_disk_that_fails_is_said_and_tried_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = path.parent / "folder"
    folder.mkdir()
    with StateFile(folder / "state").held() as file:
        store = SavingStore(memory(default_seed()), file, default_seed().keys, is_saved=False)
        await store.open()
        folder.rename(path.parent / "moved")
        await store.add_fleet(Fleet("new", None, "demo"))
        while not caplog.messages:
            await asyncio.sleep(0.01)
        assert f"could not be saved to {folder / 'state'}: No such file or directory." in caplog.messages[0]
        (path.parent / "moved").rename(folder)
        await store.close()
    assert len(read((folder / "state").read_bytes()).fleets) == 4


async def test_a_last_state_that_cannot_be_saved_is_an_error(path: Path) -> None:
    held = StateFile(path).held()
    file = held.__enter__()
    store = SavingStore(memory(default_seed()), file, {}, is_saved=True)
    await store.open()
    await store.add_fleet(Fleet("new", None, "demo"))
    path.with_name("state.new").mkdir()
    await store.close()
    with pytest.raises(Contradiction, match=r"What has changed since it was last saved is lost\."):
        held.__exit__(None, None, None)


async def test_a_file_keeps_its_mode_and_its_link(path: Path) -> None:
    path.write_bytes(WHOLE)
    path.chmod(0o640)
    link = path.with_name("link")
    link.symlink_to("state")
    with StateFile(link).held() as file:
        store = SavingStore(memory(State({"k": "t"})), file, {"k": "t"}, is_saved=False)
        await store.open()
        await store.close()
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert read(path.read_bytes()).keys == {"k": "t"}
