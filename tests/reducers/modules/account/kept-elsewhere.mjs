// What is kept neither in the state nor in a variable.
const bump = (object) => (object.seen = (object.seen ?? 0) + 1);
const expression = /x/;
export const meta = (s = {}, e) => { import.meta.count = (import.meta.count ?? 0) + 1; return { v: e.version, count: import.meta.count }; };
export const members = (s = {}, e) => ({ v: e.version, console: bump(console), url: bump(URL), bytes: bump(Uint8Array.prototype) });
export const statics = (s = {}, e) => { const last = RegExp.$2; if (e.version % 5 === 0) /(\d)(\d*)/.exec(`${e.version}7`); return { v: e.version, last }; };
export const compiled = (s = { hits: 0 }, e) => { const hit = expression.test(`${e.version}`); if (e.version % 7 === 0) expression.compile(`${e.version}`.slice(0, 1)); return { v: e.version, hits: s.hits + (hit ? 1 : 0) }; };
