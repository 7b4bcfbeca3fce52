"""The company's colour in both themes: contrast by WCAG 2.2, the nearest one that passes, the style sheet.

Relative luminance and contrast: WCAG 2.2, definitions of "relative luminance" and "contrast ratio".
"""

import colorsys
import re
from dataclasses import dataclass

LEAST = 4.5
LINEAR = 0.04045  # below it sRGB is linear
HEX = re.compile(r"#[0-9a-f]{6}")
# The grounds on which the accent stands as text, as in static/css/tokens.css: surface, page, raised, hovered.
LIGHT = ("#ffffff", "#f5f3ef", "#faf9f7", "#ebe8e2")
DARK = ("#1c1f21", "#131516", "#24282a", "#2a2f31")
TINT = {"light": 0.10, "dark": 0.18}  # share of the colour in the tinted ground
STRONG = {"light": -0.08, "dark": 0.08}  # change of lightness of the stronger shade
STEP = 0.004

Rgb = tuple[float, float, float]


def _rgb(text: str) -> Rgb:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{round(min(max(part, 0), 1) * 255):02x}" for part in colour)


def luminance(text: str) -> float:
    """Give the relative luminance of #rrggbb, 0 to 1."""
    parts = [part / 12.92 if part <= LINEAR else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(text)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _mixed(colour: str, ground: str, share: float) -> str:
    pairs = zip(_rgb(colour), _rgb(ground), strict=True)
    mixed = [a * share + b * (1 - share) for a, b in pairs]
    return _hex((mixed[0], mixed[1], mixed[2]))


def _lighter(colour: str, change: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    return _hex(colorsys.hls_to_rgb(hue, min(max(lightness + change, 0), 1), saturation))


def tint(colour: str, theme: str) -> str:
    """Give the ground that a colour tints in a theme."""
    return _mixed(colour, (LIGHT if theme == "light" else DARK)[0], TINT[theme])


def on(colour: str) -> str:
    """Give what is written upon a colour: white, or nearly black."""
    return "#ffffff" if contrast("#ffffff", colour) >= contrast("#10130f", colour) else "#10130f"


def worst(colour: str, theme: str) -> tuple[float, str]:
    """Give the lowest contrast of a colour as text in a theme, and the ground on which it has it."""
    grounds = (*(LIGHT if theme == "light" else DARK), tint(colour, theme))
    return min((contrast(colour, ground), ground) for ground in grounds)


def passes(colour: str, theme: str) -> bool:
    """Tell whether text in this colour, and text upon it, can be read in a theme."""
    return worst(colour, theme)[0] >= LEAST and contrast(on(colour), colour) >= LEAST


def nearest(colour: str, theme: str) -> str:
    """Give the nearest colour of the same hue that passes: darker in the light theme, else lighter."""
    change, found = -STEP if theme == "light" else STEP, colour
    for step in range(round(1 / STEP) + 1):
        found = _lighter(colour, change * step)
        if passes(found, theme):
            return found
    return "#000000" if theme == "light" else "#ffffff"


@dataclass(frozen=True)
class Palette:
    """The company's colour in each theme."""

    light: str
    dark: str

    def css(self) -> str:
        """Write the tokens that it replaces."""
        pairs = {
            "accent": (self.light, self.dark),
            "accent-strong": (
                nearest(_lighter(self.light, STRONG["light"]), "light"),
                nearest(_lighter(self.dark, STRONG["dark"]), "dark"),
            ),
            "on-accent": (on(self.light), on(self.dark)),
            "tint": (tint(self.light, "light"), tint(self.dark, "dark")),
        }
        lines = [f"  --{name}: light-dark({light}, {dark});" for name, (light, dark) in pairs.items()]
        return ":root {\n" + "\n".join(lines) + "\n}\n"
