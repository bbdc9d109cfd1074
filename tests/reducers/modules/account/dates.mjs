// Dates: parsing, parts, arithmetic, text forms.
export const seen = (s = { first: null, last: null }, e) => { const at = new Date(e.timestamp); return { first: s.first ?? at, last: at, days: Math.floor((at - (s.first ?? at)) / 864e5) }; };
export const parts = (s, e) => { const d = new Date(e.timestamp); return [d.getFullYear(), d.getMonth(), d.getDate(), d.getDay(), d.getHours(), d.getMinutes(), d.getSeconds(), d.getMilliseconds(), d.getTimezoneOffset(), d.getYear()]; };
export const utc = (s, e) => { const d = new Date(e.timestamp); return [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCDay(), d.getUTCHours(), d.valueOf(), +d, d.toISOString(), d.toJSON(), d.toUTCString()]; };
export const forms = (s, e) => { const d = new Date(e.data.on ?? e.timestamp); return [String(d), d.toString(), d.toDateString(), d.toTimeString(), `${d}`, d + 1, JSON.stringify({ d })]; };
export const moved = (s, e) => { const d = new Date(e.timestamp); d.setDate(d.getDate() + 30); d.setHours(0, 0, 0, 0); const m = new Date(d); m.setMonth(m.getMonth() + 1, 0); const y = new Date(d.getTime()); y.setFullYear(y.getFullYear() - 1); return { d, m, y, month: new Date(d.getFullYear(), d.getMonth() + 1, 1) }; };
export const parsed = (s, e) => [Date.parse(e.timestamp), Date.parse('2026-03-01'), Date.parse('2026-03-01T10:00'), Date.parse('Mar 1, 2026'), Date.parse('1 March 2026 10:00 UTC'), Date.parse('2026/03/01'), Date.parse('nonsense'), new Date(NaN).getTime(), Date.UTC(2026, 12, 1), new Date(2026, 0, 31, 12).getTime(), new Date(0, 0, 1).getFullYear(), Date.parse(e.data.until ?? ''), new Date(e.data.at ?? 0).getTime()];
export const invalid = (s, e) => { const d = new Date(e.data.text ?? 'never'); let iso; try { iso = d.toISOString(); } catch (error) { iso = error.name; } return { d, iso, text: String(d), json: JSON.stringify(d), nan: isNaN(d) }; };
export const perMonth = (s = {}, e) => { const key = e.timestamp.slice(0, 7); return e.data.amount ? { ...s, [key]: +((s[key] ?? 0) + e.data.amount).toFixed(2) } : s; };
export const perHour = (s = new Map(), e) => { const hour = new Date(e.timestamp).getUTCHours(); return s.set(hour, (s.get(hour) ?? 0) + 1); };
export const queue = (s = [], e) => { const at = new Date(e.timestamp).getTime(); return [...s.filter((d) => at - d.getTime() < 36e5), new Date(at)]; };
const DAY = 86400e3;
const startOfWeek = (ms) => { const d = new Date(ms); d.setUTCHours(0, 0, 0, 0); return new Date(d - ((d.getUTCDay() + 6) % 7) * DAY); };
export const weeks = (s = {}, e) => { const week = startOfWeek(Date.parse(e.timestamp)).toISOString().slice(0, 10); return { ...s, [week]: (s[week] ?? 0) + 1 }; };
class Day extends Date { get label() { return `${this.getUTCFullYear()}/${this.getUTCMonth() + 1}`; } next() { return new Day(this.getTime() + DAY); } }
export const subclass = (s = { day: new Day(0) }, e) => ({ day: new Day(e.timestamp).next(), before: s.day.label, is: s.day instanceof Day && s.day instanceof Date });
export const mutable = (s = new Date(0), e) => { s.setTime(s.getTime() + e.version * 1000); s.setUTCMinutes(e.version % 60); return s; };
