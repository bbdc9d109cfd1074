// Regular expressions, also those that a module keeps and that remember where they were.
export const tags = (s = new Set(), e) => { for (const [, tag] of (e.data.text ?? '').matchAll(/#([\p{L}\p{N}-]+)/gu)) s.add(tag); return s; };
export const dates = (s = [], e) => { const m = /(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})/.exec(e.data.text ?? ''); return m ? [...s, { ...m.groups, at: m.index }].slice(-4) : s; };
const WORD = /\b[a-z]+\b/gi;
export const first = (s = [], e) => { const m = WORD.exec(e.data.text ?? ''); return m ? [...s, `${m[0]}@${m.index}`].slice(-6) : s; };
const digit = /\d/g;
export const tested = (s = { yes: 0, no: 0 }, e) => (digit.test(e.data.text ?? e.id) ? { ...s, yes: s.yes + 1 } : { ...s, no: s.no + 1 });
export const sticky = (s = { re: /[a-f0-9]/y, found: '' }, e) => { const m = s.re.exec(e.id); return { re: s.re, found: s.found.slice(-9) + (m ? m[0] : '-'), last: s.re.lastIndex }; };
export const split = (s, e) => e.id.split(/-|(\d)/).filter(Boolean).slice(0, 8);
export const look = (s = 0, e) => s + (e.type.match(/(?<=[a-z])(?=[A-Z])/g)?.length ?? 0);
export const named = (s, e) => e.timestamp.replace(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)T?.*/, '$<d>.$<m>.$<y>');
export const camel = (s = {}, e) => ({ ...s, [e.type.replace(/[A-Z]/g, (c, i) => (i ? '_' : '') + c.toLowerCase())]: e.type.replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase() });
export const built = (s = 0, e) => (new RegExp(`^${e.type.slice(0, 3).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'i').test(e.type.toLowerCase()) ? s + 1 : s);
export const unicode = (s, e) => { const t = e.data.text ?? e.data.from?.name ?? ''; return [t.match(/\p{Lu}/gu), t.match(/\p{Script=Han}/u)?.[0], /^\p{Emoji}/u.test(t), t.match(/[\u0300-\u036f]/), t.match(/é/i)?.index, 'ſ'.match(/s/iu)?.[0], 'K'.match(/k/i)?.[0]]; };
export const indices = (s, e) => [...(e.id.match(/(?<letters>[a-f]+)/d)?.indices.groups.letters ?? [])];
export const everything = (s = '', e) => (e.data.text ?? '').replace(/[\s\S]/g, (c) => (c === '\n' ? '⏎' : c)) || s;
