"""Bars: figures side by side, drawn as SVG. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from bench.curves import COLOURS, text

WIDTH, LEFT, RIGHT = 760, 300, 70
TOP, STEP, THICK = 40, 26, 16
GREY = "#999"


class Bar(NamedTuple):
    """A name and a figure; ours stands out."""

    name: str
    figure: float
    is_ours: bool


def svg(bars: Sequence[Bar], title: str) -> str:
    """Return a drawing of bars, one below the other."""
    height = TOP + STEP * len(bars) + 10
    scale = (WIDTH - LEFT - RIGHT) / max(bar.figure for bar in bars)
    lines = [text(WIDTH / 2, 22, title, "middle")]
    for number, bar in enumerate(bars):
        y, length = TOP + STEP * number, bar.figure * scale
        colour = COLOURS[1] if bar.is_ours else GREY
        lines.append(text(LEFT - 8, y + 12, bar.name, "end"))
        lines.append(f'<rect x="{LEFT}" y="{y}" width="{max(length, 1):.1f}" height="{THICK}" fill="{colour}"/>')
        lines.append(text(LEFT + length + 6, y + 12, f"{bar.figure:.3g}", "start"))
    box = f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12"'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {box}>', ground, *lines, "</svg>", ""])
