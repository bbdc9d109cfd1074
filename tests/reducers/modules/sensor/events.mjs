// The event by its other names, its metadata, what it has and what not.
export const names = (s, e) => [e.eventType, e.name, e.kind, e.payload === e.data, e.body === e.data, e.sequenceNumber, e.revision, e.eventNumber, e.streamPosition, e.streamVersion, e.aggregateVersion, e.stream, e.streamName, e.aggregateId, e.time, e.created, e.createdAt, e.recordedAt, e.eventId, e.messageId, e.position, e.globalPosition].map((x) => x ?? null);
export const own = (s, e) => [Object.keys(e), JSON.stringify({ ...e }) === JSON.stringify(e), 'payload' in e, Object.hasOwn(e, 'payload'), Object.hasOwn(e, 'metadata'), e instanceof Object, typeof e.metadata, Array.isArray(e.data), e.missing === undefined];
export const metadata = (s = { users: [], none: 0 }, e) => (e.metadata.user ? { ...s, users: [...s.users, e.metadata.user].slice(-3) } : { ...s, none: s.none + 1, keys: Object.keys(e.metadata) });
export const times = (s = [], { timestamp }) => [...s, timestamp].slice(-5);
export const forms = (s, e) => [e.timestamp.length, e.timestamp.slice(-6), typeof e.timestamp, e.timestamp === e.created, Date.parse(e.timestamp)];
export const kept = (s = new Map(), e) => s.set(e.type, e);
export const rest = (s, { type, data, ...others }) => others;
export const mutated = (s = { n: 0 }, e) => { e.data.checked = s.n; e.metadata.seen = true; e.version += 1000; delete e.id; s.n++; s.event = e; s.id = e.eventId ?? 'gone'; return s; };
export const normalised = (s = [], e) => { const { type, payload = e.data, aggregateId = e.streamId, version } = e; return [{ type, aggregateId, version, size: JSON.stringify(payload).length }, ...s].slice(0, 3); };
export const forIn = (s, e) => { const names = []; for (const name in e) names.push(name); return names; };
export const assigned = (s = {}, e) => Object.assign({}, e, { data: null });
export const identity = (s = { events: [] }, e) => { const events = [...s.events, e].slice(-3); return { events, same: events.at(-1) === e, index: events.indexOf(e), set: new Set([e, e, ...events]).size }; };
