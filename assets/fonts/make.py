#!/usr/bin/env python3
"""Makes Inter-{Regular,Medium,SemiBold}.ttf out of Debian's package `fonts-inter`.

    apt-get download fonts-inter && dpkg -x fonts-inter_*.deb inter
    pip install fonttools==4.68.0
    python3 make.py inter/usr/share/fonts/opentype/inter

The package holds OpenType fonts with cubic (CFF) outlines and no usable
hints.  They are turned into quadratic (glyf) outlines, so that the automatic
hinter of egui's font renderer works on them, and cut down to the scripts the
interface speaks.  Figures 0-9 are the tabular ones by default, because egui's
shaper cannot switch a layout feature on and numbers must not move when they
grow.  Kerning, mark positioning and the other layout features stay.
"""
import os
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/opentype/inter"
HERE = os.path.dirname(os.path.abspath(__file__))
STYLES = ["Regular", "Medium", "SemiBold"]
RANGES = [
    (0x0020, 0x007E), (0x00A0, 0x024F), (0x0250, 0x02FF),  # Latin, extended, phonetic, modifiers
    (0x0300, 0x036F),  # combining marks
    (0x0370, 0x03FF), (0x1F00, 0x1FFF),  # Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x1E00, 0x1EFF),  # Latin extended additional
    (0x2000, 0x209F),  # punctuation, super- and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x218F),  # letter-like, number forms
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF), (0x2300, 0x23FF),  # mathematics, keyboard symbols
    (0x25A0, 0x25FF), (0x2600, 0x27BF),  # geometric shapes, check marks
    (0xFFFD, 0xFFFD),
]
# Left out: `calt`, which would draw `->` as an arrow and `3x9` with a
# multiplication sign (what a store holds is shown letter by letter), and the
# stylistic sets nothing here switches on.
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "case", "tnum", "pnum", "zero", "frac", "numr",
            "dnom", "ordn", "sinf", "subs", "sups"]
MAX_ERROR = 1.0  # font units of 2816 to the em


def tabular_figures(font):
    """Points the characters 0-9 at the glyphs of the feature `tnum`."""
    gsub = font["GSUB"].table
    swaps = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    swaps.update(getattr(table, "ExtSubTable", table).mapping)
    for cmap in font["cmap"].tables:
        for code in range(ord("0"), ord("9") + 1):
            if code in cmap.cmap:
                cmap.cmap[code] = swaps.get(cmap.cmap[code], cmap.cmap[code])


def glyf_outlines(font):
    """Replaces cubic outlines by quadratic ones."""
    glyphs = font.getGlyphSet()
    order = font.getGlyphOrder()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"] = newTable("loca")
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = drawn
    del font["CFF "]
    if "VORG" in font:
        del font["VORG"]
    for name in order:
        glyf[name].recalcBounds(glyf)
        width, _ = font["hmtx"][name]
        font["hmtx"][name] = (width, getattr(glyf[name], "xMin", 0))

    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones = 1
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements",
                  "maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours",
                  "maxComponentDepth"):
        setattr(maxp, field, 0)
    post = font["post"]
    post.formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"


def main():
    options = subset.Options()
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    wanted = [c for low, high in RANGES for c in range(low, high + 1)]
    for style in STYLES:
        font = TTFont(os.path.join(SOURCE, f"Inter-{style}.otf"), recalcTimestamp=False)
        tabular_figures(font)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        glyf_outlines(font)
        path = os.path.join(HERE, f"Inter-{style}.ttf")
        font.save(path)
        print(f"{path}: {len(font.getGlyphOrder())} glyphs, {os.path.getsize(path)} bytes")


main()
