// What depends on a locale: Node's own answer, or a refusal by name.
export const grouped = (s, e) => (e.data.amount ? e.data.amount.toLocaleString('en-US') : s);
export const euros = (s = [], e) => (e.data.amount ? [...s.slice(-3), new Intl.NumberFormat('de-DE', { style: 'currency', currency: 'EUR' }).format(e.data.amount)] : s);
const sorter = new Intl.Collator('sv');
export const collated = (s = [], e) => (e.data.from ? [...s, e.data.from.name].sort(sorter.compare) : s);
export const compared = (s = [], e) => (e.data.from ? [...s, e.data.from.name].sort((a, b) => a.localeCompare(b)) : s);
export const days = (s, e) => new Date(e.timestamp).toLocaleDateString('en-GB', { timeZone: 'Europe/Amsterdam', weekday: 'long', month: 'short', day: 'numeric' });
export const times = (s, e) => [new Date(e.timestamp).toLocaleTimeString('en-US', { timeZone: 'UTC' }), new Date(e.timestamp).toLocaleString('ja-JP', { timeZone: 'Asia/Tokyo' })];
const format = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'America/New_York' });
export const formatted = (s = {}, e) => ({ ...s, [e.type]: format.format(new Date(e.timestamp)) });
export const plural = (s = 0, e) => { const n = parseInt(s) + 1; return `${n} ${new Intl.PluralRules('en').select(n) === 'one' ? 'event' : 'events'}`; };
export const upper = (s, e) => (e.data.text ? [e.data.text.toLocaleUpperCase('tr'), e.data.text.toLocaleLowerCase('tr')] : s);
export const list = (s, e) => (e.data.tags ? new Intl.ListFormat('en', { type: 'conjunction' }).format(e.data.tags.map(String)) : s);
export const segments = (s, e) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(e.data.text ?? '👩‍🚀')].length;
export const arrays = (s, e) => [1234.5, new Date(0), 'x'].toLocaleString('en', { timeZone: 'UTC' });
export const fallback = (s, e) => (typeof Intl === 'undefined' ? 'none' : Intl.DateTimeFormat?.('fr', { month: 'long', timeZone: 'UTC' }).format(new Date(e.timestamp)));
export const big = (s = 1n, e) => (typeof s === 'bigint' ? s * 1000n : 1n).toLocaleString('en');
