"""What a server took an array of one value for: that value where its answer shows it so, and an array otherwise."""

from typing import Any

import pytest

from .histories import KEY, KEYS, A, History


@pytest.mark.parametrize(("shown", "taken"), [(A, True), (f'["{A}"]', False), ("[object Object]", False)])
def test_an_array_of_one_id_is_that_id_where_the_answer_shows_it(shown: str, taken: bool) -> None:
    history = History()
    created = history.create([A], answer={"fleetId": shown, "fleetName": "A name"})
    assert ("create.with-an-invalid-id" in history.situations(created)) is not taken
    assert bool(history.history.creations(A)) is taken


def test_an_array_of_two_ids_is_never_one_of_them() -> None:
    history = History()
    created = history.create([A, A], answer={"fleetId": A, "fleetName": "A name"})
    assert "create.with-an-invalid-id" in history.situations(created)


def test_an_array_of_one_id_that_is_refused_stays_an_array() -> None:
    history = History()
    assert "create.with-an-invalid-id" in history.situations(history.create([A], status=400))


@pytest.mark.parametrize(("name", "shown", "taken"), [(["x"], "x", True), ([1], "1", True), (["x"], "['x']", False)])
def test_an_array_of_one_name_is_that_name_where_the_answer_shows_it(name: Any, shown: str, taken: bool) -> None:
    history = History()
    history.create(A)
    renamed = history.rename(A, name, answer={"fleetId": A, "fleetName": shown})
    assert ("rename.to-an-invalid-name" in history.situations(renamed)) is not taken


@pytest.mark.parametrize("shown", [None, ""])
def test_a_rename_to_an_array_of_null_is_one_to_null(shown: str | None) -> None:
    history = History()
    history.create(A)
    renamed = history.rename(A, [None], answer={"fleetId": A, "fleetName": shown})
    assert "rename.to-an-invalid-name" in history.situations(renamed)


@pytest.mark.parametrize(("shown", "taken"), [(A, True), (None, False)])
def test_a_key_is_in_the_fleet_that_an_array_holds_where_the_answer_shows_it(shown: str | None, taken: bool) -> None:
    history = History()
    history.create(A)
    made = history.add("POST", KEYS, {**KEY, "fleetId": [A]}, 201, {**KEY, "fleetId": shown})
    assert ("keys.create-an-invalid-key" in history.situations(made)) is not taken
