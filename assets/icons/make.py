#!/usr/bin/env python3
"""Makes lucide.ttf and icons.txt out of the npm package `lucide-static`.

    npm pack lucide-static@1.62.0 && tar xzf lucide-static-1.62.0.tgz
    pip install fonttools==4.68.0
    python3 make.py package

Only the glyphs named below are kept; their outlines and code points are the
package's own.  icons.txt has one `name codepoint` (hexadecimal) a line.
"""
import json
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = sys.argv[1] if len(sys.argv) > 1 else "package"
HERE = os.path.dirname(os.path.abspath(__file__))
ICONS = """
check circle-alert circle-check circle-dashed copy database file-down folder-open info
list-filter list-tree lock menu refresh-cw search skip-back skip-forward square-function
step-back step-forward triangle-alert x
""".split()


def main():
    with open(os.path.join(PACKAGE, "font", "codepoints.json")) as file:
        points = json.load(file)
    missing = [name for name in ICONS if name not in points]
    if missing:
        sys.exit(f"not in this release (renamed?): {' '.join(missing)}")
    font = TTFont(os.path.join(PACKAGE, "font", "lucide.ttf"), recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []  # the ligatures that spell the names
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[points[name] for name in ICONS])
    cutter.subset(font)
    path = os.path.join(HERE, "lucide.ttf")
    font.save(path)
    with open(os.path.join(HERE, "icons.txt"), "w") as out:
        for name in ICONS:
            out.write(f"{name} {points[name]:x}\n")
    print(f"{path}: {len(font.getGlyphOrder())} glyphs, {os.path.getsize(path)} bytes")


main()
