// URL, URLSearchParams, encodings.
const url = (e) => new URL(e.data.url ?? `/x/../y/./${e.version}?q=${encodeURIComponent(e.type)}&q=2#h`, 'http://Example.com:80/base/');
export const parts = (s, e) => { const u = url(e); return [u.href, u.origin, u.protocol, u.username, u.host, u.hostname, u.port, u.pathname, u.search, u.hash]; };
export const query = (s, e) => { const q = url(e).searchParams; return { all: [...q], first: q.get('tag'), tags: q.getAll('tag'), has: q.has('rate'), text: String(q), none: q.get('none') }; };
export const built = (s, e) => { const q = new URLSearchParams({ type: e.type, by: e.data.by ?? 'nobody & co', n: e.version }); q.append('type', 'ü/€ 😀'); q.sort(); q.delete('n'); return `${q}`; };
export const changed = (s, e) => { const u = url(e); u.searchParams.set('v', e.version); u.hash = ''; u.pathname = '/a b/ü'; u.port = '443'; u.protocol = 'https'; return u.href; };
export const kept = (s = { last: null }, e) => (e.data.url ? { last: new URL(e.data.url), host: s.last?.host ?? null } : s);
export const encoded = (s, e) => { const t = e.data.message ?? e.type; return [encodeURIComponent(t), encodeURI(t), decodeURIComponent(encodeURIComponent(t)) === t, escape(t), unescape('%u0107%E9'), (() => { try { return decodeURIComponent('%E0%A4%A'); } catch (error) { return error.name; } })()]; };
export const invalid = (s = 0, e) => { try { new URL(e.type); return s; } catch (error) { return [error.name, error.code, error instanceof TypeError]; } };
export const canParse = (s, e) => [URL.canParse(e.data.url ?? 'no'), new URL('../c', 'https://a.b/x/y/').href, new URL('mailto:a@b').pathname, new URL('https://ünï.example/').hostname, new URL('http://0x7f.1/').host, new URL('HTTP://a/%7Euser/').pathname];
