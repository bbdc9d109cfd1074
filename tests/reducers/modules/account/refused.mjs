// Clock and randomness: a state that depends on them is refused by name in every host, whatever
// the module does about it.
export const refusedAt = { clock: 7, created: 11, called: 12, random: 4, caught: 5, optional: 31, uuid: 21, bytes: 4, held: 10, destructured: 10, reflected: 10, extended: 10, spread: 10, hrtime: 10, late: 6, shuffled: 15, took: 8 };
export const clock = (s = [], e) => (e.version < 7 ? [...s, e.type] : [...s, Date.now()]);
export const created = (s = {}, e) => (e.type === 'Noted' ? { ...s, at: new Date().getFullYear() } : { ...s, n: e.version });
export const called = (s = 0, e) => (e.version === 12 ? Date() : s + 1);
export const random = (s = 0, e) => (e.type === 'CardIssued' ? Math.floor(Math.random() * 6) : s + 1);
export const caught = (s = 0, e) => { try { return e.version > 4 ? Math.random() : s + 1; } catch { return -1; } };
export const optional = (s = 0, e) => (e.version > 30 ? globalThis.performance?.now?.() : s + 1);
export const uuid = (s = [], e) => (e.version > 20 ? [...s, crypto.randomUUID()] : [e.id]);
export const bytes = (s = 0, e) => (e.version > 3 ? crypto.getRandomValues(new Uint8Array(4)) : s + 1);
const now = Date.now;
export const held = (s = 0, e) => (e.version > 9 ? now() : s + 1);
const { random: chance } = Math;
export const destructured = (s = 0, e) => (e.version > 9 ? chance() : s + 1);
export const reflected = (s = 0, e) => (e.version > 9 ? Reflect.construct(Date, []) : s + 1);
class Stamp extends Date {}
export const extended = (s = 0, e) => (e.version > 9 ? new Stamp().getTime() : s + 1);
export const spread = (s = 0, e) => (e.version > 9 ? new Date(...[]) : s + 1);
export const hrtime = (s = 0, e) => (e.version > 9 && typeof process !== 'undefined' ? process.hrtime.bigint() : s + 1);
export const late = (s = {}, e) => { try { return e.version > 5 ? { late: Date.now() > Date.parse(e.timestamp) } : { n: e.version }; } catch { return { late: false }; } };
export const shuffled = (s = [1, 2, 3, 4, 5], e) => (e.version > 14 ? [...s].sort(() => Math.random() - 0.5) : s);
export const took = (s = 0, e) => { if (e.version < 8) return s + 1; const start = Date.now(); for (let i = 0; i < 9; i++) s += i; return { s, ms: Date.now() - start }; };
