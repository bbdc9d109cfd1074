// Arrays of any length with comparators that contradict themselves: orders, and what they were
// asked.
(seed) => {
  let s = seed;
  const r = () => {
    s = s * 1103515245 + 12345 & 2147483647;
    return s / 2147483647;
  };
  let h = 0;
  const add = (x2) => {
    h = Math.imul(h, 31) + (typeof x2 === "number" ? x2 * 7 | 0 : String(x2).length) | 0;
  };
  const out = [];
  for (let k = 0; k < 1500; k++) {
    const n = Math.floor(r() * [5, 12, 40, 70, 200, 700, 33][k % 7]);
    const a = [];
    for (let i = 0; i < n; i++) a.push(Math.floor(r() * [10, 100, 1e6, 3][k % 4]));
    if (k % 11 === 0) a.sort((x2, y) => x2 - y);
    if (k % 13 === 0) a.reverse();
    if (k % 17 === 0 && n > 3) {
      delete a[2];
      a[1] = void 0;
    }
    let calls = 0;
    const compare = [
      (x2, y) => x2 > y,
      (x2, y) => x2 < y,
      (x2, y) => x2 - y,
      (x2, y) => x2 % 3 ? x2 - y : NaN,
      () => 1,
      () => -1,
      () => r() - 0.5,
      (x2, y) => x2 % 10 - y % 10,
      (x2, y) => x2 % 10 < y % 10 ? -1 : 1,
      (x2, y) => y - x2,
      () => void 0,
      (x2) => `${x2}`,
      (x2, y) => (x2 & 1) === (y & 1) ? x2 - y : (x2 > y ? 1 : -1) * (x2 % 5 ? 1 : -1)
    ][Math.floor(r() * 13)];
    const asked = (x2, y) => {
      calls++;
      add(x2);
      add(y);
      return compare(x2, y);
    };
    const typed = (type) => type.from(a.map((x2) => x2 ?? 0));
    const b = k % 5 === 1 ? a.toSorted(asked) : k % 5 === 2 ? typed(Float64Array).sort(asked) : k % 5 === 3 ? typed(Int32Array).toSorted(asked) : a.sort(k % 25 === 4 ? void 0 : asked);
    for (let i = 0; i < b.length; i++) add(i in b ? b[i] : "hole");
    add(calls);
    if (k % 50 === 0) out.push(h);
  }
  return [...out, h];
}
