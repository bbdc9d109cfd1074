// Regular expressions made by chance.
(seed) => {
  const r32 = chance(seed);
  const pick = (l) => l[r32() % l.length];
  const atoms = ["a", "b", "B", "é", "ß", "K", "ſ", ".", "\\d", "\\w", "\\s", "\\W", "\\D", "\\b", "\\B", "^", "$", "[abc]", "[^a]", "[a-z]", "[\\d_]", "\\u0061", "\\x62", "(a)", "(?:b|c)", "(?<n>a|b)", "(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "\\1", "\\k<n>", "\\p{L}", "\\P{Lu}", "😀", "[😀-😂]", "\\n", "\\0", "\\cA", "|", "(", ")", "[", "]", "{", "}", "\\-", "[^]", "[]", "\\u{61}", "(?<m>x)", "-", "\\/", "(a|ab)(c|bcd)(d*)"];
  const quants = ["", "", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "??", "{1,2}?", "{", "{,2}"];
  const flags = ["", "g", "i", "u", "y", "s", "m", "gi", "giu", "gu", "iu", "d", "gs", "gm", "uy"];
  const texts = ["", "a", "aab", "abcbcd", "AbC", "éß", "straße", "KELVIN K", "x😀y😂", "a\nb\nc", "  12 b_3 ", "aaaaaaaaaa", "\uD83D", "ſs", "foo-bar {2} []", "b"];
  const out = [];
  for (let i = 0; i < 4e3; i++) {
    let p = "";
    for (let n = 1 + r32() % 5; n > 0; n--) p += pick(atoms) + pick(quants);
    const f = pick(flags), t = pick(texts), k = r32() % 7;
    let s;
    try {
      const re = new RegExp(p, f);
      const m = k === 0 ? re.exec(t) : k === 1 ? t.replace(re, "[$&|$1|$<n>|$`]") : k === 2 ? t.split(re, 10) : k === 3 ? re.test(t) + " " + re.lastIndex : k === 4 ? t.match(re) : k === 5 ? t.search(re) : f.includes("g") ? [...t.matchAll(re)].slice(0, 20) : t.replace(re, (...x2) => x2.length);
      s = JSON.stringify(m) + (m && m.index !== void 0 ? " @" + m.index + JSON.stringify(m.groups) + JSON.stringify(m.indices) : "");
      s += re.source + re.flags;
    } catch (e) {
      s = e.name;
    }
    out.push(`/${p}/${f} ${JSON.stringify(t)} => ${s}`);
  }
  return out.map((line) => line.toWellFormed());
}
