// Numbers as text, texts as numbers, sums.
(seed) => {
  const r32 = chance(seed);
  const u = new Uint32Array(2), d = new Float64Array(u.buffer);
  const bits = () => {
    u[0] = r32();
    u[1] = r32();
    return d[0];
  };
  let h = 0;
  const out = [];
  const add = (s) => {
    for (let i = 0; i < s.length; i++) h = Math.imul(h, 31) + s.charCodeAt(i) | 0;
  };
  for (let i = 0; i < 3e3; i++) {
    const x2 = i % 3 ? bits() : (r32() % 2e6 - 1e6) / [1, 10, 100, 1e3, 3, 7][r32() % 6];
    const parts = [String(x2), x2.toFixed(r32() % 21), x2.toPrecision(1 + r32() % 21), x2.toExponential(r32() % 21), x2.toExponential(), x2.toString(2 + r32() % 35), JSON.stringify(x2), String(parseFloat(String(x2).slice(0, r32() % 20))), String(Number(x2.toPrecision(1 + r32() % 21))), String(parseInt(x2.toString(16).slice(0, 14), 16)), String(parseInt(String(r32()) + String(r32()) + String(r32()), 2 + r32() % 35)), String(Math.round(x2)), String(Math.fround(x2)), String(x2 | 0), String(x2 >>> 3), String(Math.trunc(x2)), String(x2 % 7.3), String(Math.hypot(x2, 3, i)), String(Math.imul(x2, 7)), String(Math.clz32(x2)), String(BigInt.asIntN(64, BigInt(Math.trunc(Number.isFinite(x2) ? x2 % 2 ** 70 : 0))))];
    for (const p of parts) add(p);
    if (i % 500 === 0) out.push(h + " " + parts.join(" "));
  }
  return [...out, h];
}
