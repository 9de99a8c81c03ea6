"""Curves: how figures grow with a size, drawn as SVG on a logarithmic axis. Pure."""

from collections.abc import Sequence
from html import escape
from math import ceil, log10
from typing import NamedTuple

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 230, 20, 60
# Told apart by whoever sees few colours too (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


class Curve(NamedTuple):
    """A name, and figures by size."""

    name: str
    points: Sequence[tuple[int, float]]


def svg(curves: Sequence[Curve], sizes: str, figures: str) -> str:
    """Return a drawing of curves that all have the same sizes; the other two say what the axes are."""
    least, most = curves[0].points[0][0], curves[0].points[-1][0]
    top = ceil(max(figure for curve in curves for _, figure in curve.points) * 2) / 2

    def x(size: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * log10(size / least) / log10(most / least)

    def y(figure: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * figure / top

    lines = [line(x(least), y(each / 2), x(most), y(each / 2)) for each in range(int(top * 2) + 1)]
    lines += [text(LEFT - 8, y(each / 2) + 4, f"{each / 2:g}", "end") for each in range(int(top * 2) + 1)]
    lines += [text(x(size), HEIGHT - BOTTOM + 20, f"{size:,}", "middle") for size, _ in curves[0].points]
    lines.append(text((x(least) + x(most)) / 2, HEIGHT - 14, sizes, "middle"))
    lines.append(f'<g transform="rotate(-90)">{text(-(y(0) + y(top)) / 2, 18, figures, "middle")}</g>')
    for number, curve in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{x(size):.1f},{y(figure):.1f}" for size, figure in curve.points)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<rect x="{WIDTH - RIGHT + 16}" y="{TOP + 22 * number}" width="12" height="12" fill="{colour}"/>')
        lines.append(text(WIDTH - RIGHT + 34, TOP + 22 * number + 11, curve.name, "start"))
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {box}>', ground, *lines, "</svg>", ""])


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333">{escape(words)}</text>'
