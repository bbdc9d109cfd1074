// A file from an editor on Windows.
const step = (n) =>
  n + 1;
export const text = (s = `a
b`, e) => [s[0], s.length, step(e.version)];
export const count = (s = 0) => step(s);
