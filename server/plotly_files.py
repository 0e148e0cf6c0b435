"""plotly.js as the installed Python package carries it, and its style rules as a file.

plotly.js writes its rules into a style element when it starts, which the content security policy forbids. It leaves
that out when the page has a stylesheet with the id ``plotly.js-style-global`` and the class ``no-inline-styles``;
`style_sheet` is what that has to hold, read out of plotly.js itself so that the two always fit.
"""

import ast
import re
from functools import cache
from pathlib import Path

RULE = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b[XY]):("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
FIRST_RULE = '{"X,X div":'
SHARP_CELLS = ".js-plotly-plot .plotly .hm image{image-rendering:pixelated}\n"
"""What plotly.js gives a heatmap as a style attribute, forbidden too: without it neighbouring cells blur."""

PLOT, NOTIFIER = ".js-plotly-plot .plotly", ".plotly-notifier"


@cache
def script_path() -> Path:
    """Where plotly.js lies."""
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@cache
def style_sheet() -> str:
    """The rules in plotly.js's own order: it inserts each before the others, so the last written comes first.

    Raises:
        LookupError: this plotly.js keeps its rules in another form.
    """
    source = script_path().read_text("utf-8")
    start = source.find(FIRST_RULE)
    if start < 0:
        raise LookupError(f"plotly.js must contain {FIRST_RULE!r}, where its style rules begin, but it does not")
    rules: list[str] = []
    position = start + 1
    while match := RULE.match(source, position):
        selector, body = (part if part in "XY" else str(ast.literal_eval(part)) for part in match.groups())
        rules.append(f"{selector.replace('X', PLOT).replace('Y', NOTIFIER)}{{{body}}}")
        position = match.end() + 1
    return SHARP_CELLS + "\n".join(reversed(rules)) + "\n"
