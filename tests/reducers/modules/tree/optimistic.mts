// Versions, idempotency, sagas: what process managers keep.
type E = { type: string; version: number; id: string; data: any; metadata: any; timestamp: string };
export const idempotent = (state: { seen: string[]; applied: number } = { seen: [], applied: 0 }, { id }: E) => (state.seen.includes(id) ? state : { seen: [...state.seen, id].slice(-5), applied: state.applied + 1 });
export const gaps = (state: { expected: number; gaps: number[] } = { expected: 1, gaps: [] }, { version }: E) => ({ expected: version + 1, gaps: version === state.expected ? state.gaps : [...state.gaps, version] });
type Saga = { step: 'waiting' | 'running' | 'done'; commands: Array<{ name: string; args: readonly unknown[] }>; timeouts?: Date[] };
export const saga = (state: Saga = { step: 'waiting', commands: [] }, event: E): Saga => {
  const send = (name: string, ...args: unknown[]): Saga['commands'] => [...state.commands, { name, args }].slice(-3);
  switch (event.type) {
    case 'NodeAdded': return { ...state, step: 'running', commands: send('index', event.data.id, event.data.name) };
    case 'NodeRemoved': return { ...state, commands: send('forget', event.data.id), timeouts: [new Date(Date.parse(event.timestamp) + 3_600_000)] };
    case 'Done': return { ...state, step: 'done', commands: [] };
    default: return state;
  }
};
export const snapshots = (state: { at: number; text: string; n: number } = { at: 0, text: '', n: 0 }, e: E) => (e.version % 10 === 0 ? { at: e.version, text: JSON.stringify(state), n: state.n + 1 } : { ...state, n: state.n + 1 });
export const outbox: { $init: () => Map<string, number>; $any: (s: Map<string, number>, e: E) => void } = { $init: () => new Map(), $any(s, e) { s.set(e.metadata.by as string, (s.get(e.metadata.by) ?? 0) + e.version); if (s.size > 5) s.delete([...s.keys()][0]!); } };
export const bitemporal = (state: Array<{ from: string; to: string | null; type: string }> = [], e: E) => [...state.map((row) => (row.to === null ? { ...row, to: e.timestamp } : row)), { from: e.timestamp, to: null, type: e.type }].slice(-3);
enum Phase { Early = 'early', Late = 'late' }
export const phases = (state: { [P in Phase]?: number } = {}, e: E) => { const phase = e.version < 45 ? Phase.Early : Phase.Late; return { ...state, [phase]: (state[phase] ?? 0) + 1 }; };
