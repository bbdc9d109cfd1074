// Errors that are caught: names, own words, the engine's words, stacks.
const attempt = (f) => { try { return f(); } catch (error) { return error; } };
export const names = (s = [], e) => [...s.slice(-5), attempt(() => e.data.card.id)?.name ?? attempt(() => null.x).name, attempt(() => new Array(-1)) instanceof RangeError, attempt(() => JSON.parse('{')).constructor.name];
export const own = (s = [], e) => { try { if (e.data.amount > 500) throw new Error(`over ${e.data.amount}`); return s; } catch (error) { return [...s, error.message, String(error)]; } };
export const messages = (s = [], e) => { try { return [...s, e.data.card.brand.length].slice(-3); } catch (error) { return [...s, error.message].slice(-3); } };
export const parsing = (s, e) => { try { return JSON.parse(e.data.text); } catch (error) { return `${error.name}: ${error.message}`; } };
export const stack = (s = 0, e) => { try { null.f(); } catch (error) { return typeof error.stack === 'string' ? s + 1 : s; } };
export const kept = (s = { errors: [] }, e) => { try { if (!e.data.amount) throw Object.assign(new RangeError('no amount'), { version: e.version, type: e.type }); return s; } catch (error) { return { errors: [...s.errors, error].slice(-2) }; } };
export const finallyRuns = (s = { n: 0, done: 0 }, e) => { try { if (e.version % 3 === 0) return { ...s, n: s.n + 1 }; s = { ...s, n: s.n - 1 }; } finally { s.done++; } return s; };
export const aggregate = (s, e) => { const error = new AggregateError([new Error('a'), new TypeError('b')], 'many'); return [error.message, error.errors.map((it) => `${it}`), error instanceof Error]; };
export const fallback = (s = 0, e) => { try { return s + e.data.from.name.length; } catch { return s - 1; } };
export const cause = (s, e) => { const error = new Error('outer', { cause: new TypeError('inner') }); return [error.cause.message, Object.keys(error), 'cause' in error, Object.prototype.toString.call(error)]; };
