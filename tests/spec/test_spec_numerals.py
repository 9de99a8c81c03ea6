"""An option that takes a whole number takes what people write, and nothing else that Python reads as one."""

import click
import pytest
from click.testing import CliRunner

from fleet_contract.contract_tests.commands import main as suite
from fleet_contract.mock_server.command import main as mock
from fleet_contract.spec.numerals import Decimal, Whole


@pytest.mark.parametrize(("text", "number"), [("10", 10), (" 10 ", 10), ("007", 7), ("0", 0)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert Whole(0, 10).convert(text, None, None) == number


ODD = ["1_0", "+10", "١٠", "１０", "1e1", "10.0", "0x10", "", "ten"]


@pytest.mark.parametrize("text", ODD)
def test_what_only_python_takes_for_a_number_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a valid integer: use digits only"):
        Whole(0, 10).convert(text, None, None)


@pytest.mark.parametrize(("kind", "text"), [(Whole, "9" * 19), (Whole, "-" + "9" * 5000), (Decimal, "9" * 30 + ".5")])
def test_a_number_of_too_many_digits_is_told(kind: type[Whole | Decimal], text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is not a valid \w+: it has too many digits"):
        kind(0, 10).convert(text, None, None)


@pytest.mark.parametrize("text", ["-1", "11"])
def test_a_number_out_of_range_is_told(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not in the range 0<=x<=10"):
        Whole(0, 10).convert(text, None, None)


@pytest.mark.parametrize(("text", "number"), [("10", 10), (" .5 ", 0.5), ("5.", 5), ("1e1", 10)])
def test_a_decimal_number_may_have_a_point_and_an_exponent(text: str, number: float) -> None:
    assert Decimal(0, 10).convert(text, None, None) == number


@pytest.mark.parametrize("text", ["1_0", "+10", "٣", "nan", "inf", "Infinity", "0,5", "10s", "0x10", "", "."])
def test_what_only_python_takes_for_a_decimal_number_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a valid number: use digits only"):
        Decimal(0, 10).convert(text, None, None)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (mock, ["--port", "٨٠٨٠"]),
        (suite, ["explore", "http://127.0.0.1:9", "--max-cases", "1_0"]),
        (suite, ["explore", "http://127.0.0.1:9", "--minutes", "nan"]),
        (suite, ["explore", "http://127.0.0.1:9", "--max-cases", "1", "--seed", "+7"]),
    ],
)
def test_the_commands_take_such_numbers_only(command: click.Command, arguments: list[str]) -> None:
    ended = CliRunner().invoke(command, arguments)
    assert ended.exit_code == 2
    assert "use digits only" in ended.output
