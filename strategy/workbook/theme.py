"""The theme of a workbook: the house's font for every script, and its colours.

A chart's text names its Latin font; the one for complex scripts, which Thai is set in, comes from
the theme. ECMA-376 part 1, 20.1.6, asks for all twelve colours and three of each kind of format.
"""

from strategy.workbook.styles import BRAND, CHART_COLOURS, COMMITTED, FONT, INK, LEFT

_ACCENTS = [BRAND, COMMITTED, LEFT, *CHART_COLOURS.values()][:6]
_COLOURS = {
    "dk1": INK,
    "lt1": "#FFFFFF",
    "dk2": BRAND,
    "lt2": "#F1F3F7",
    **{f"accent{place}": colour for place, colour in enumerate(_ACCENTS, start=1)},
    "hlink": BRAND,
    "folHlink": "#5B667A",
}
_FONTS = "".join(f'<a:{script} typeface="{FONT}"/>' for script in ("latin", "ea", "cs"))
_PLAIN = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_LINE = f'<a:ln w="9525">{_PLAIN}</a:ln>'
_EFFECT = "<a:effectStyle><a:effectLst/></a:effectStyle>"

THEME = "".join(
    [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="House">',
        '<a:themeElements><a:clrScheme name="House">',
        *(
            f'<a:{name}><a:srgbClr val="{colour.removeprefix("#")}"/></a:{name}>'
            for name, colour in _COLOURS.items()
        ),
        '</a:clrScheme><a:fontScheme name="House">',
        f"<a:majorFont>{_FONTS}</a:majorFont><a:minorFont>{_FONTS}</a:minorFont>",
        '</a:fontScheme><a:fmtScheme name="House">',
        f"<a:fillStyleLst>{_PLAIN * 3}</a:fillStyleLst>",
        f"<a:lnStyleLst>{_LINE * 3}</a:lnStyleLst>",
        f"<a:effectStyleLst>{_EFFECT * 3}</a:effectStyleLst>",
        f"<a:bgFillStyleLst>{_PLAIN * 3}</a:bgFillStyleLst>",
        "</a:fmtScheme></a:themeElements></a:theme>",
    ]
)
