import { produce, produceWithPatches, enableMapSet, enablePatches, current, isDraft, freeze } from 'immer';
enableMapSet();
enablePatches();
export const account = produce((draft, { type, data }) => {
  if (type === 'Deposited') { draft.balance += data.amount; draft.from[data.from.name] = (draft.from[data.from.name] ?? 0) + 1; }
  if (type === 'Withdrawn') draft.balance -= data.amount;
  if (type === 'CardIssued') draft.cards.push(data.card);
  if (type === 'CardBlocked') draft.cards = draft.cards.filter(({ id }) => id !== data.id);
}, { balance: 0, from: {}, cards: [] });
export const collections = (state = freeze({ seen: new Set(), byType: new Map() }), event) => produce(state, (draft) => { draft.seen.add(event.type); draft.byType.set(event.type, { v: event.version, n: (draft.byType.get(event.type)?.n ?? 0) + 1 }); if (draft.seen.size > 6) draft.seen.delete([...draft.seen][0]); });
export const patches = (state = { value: { list: [], n: 0 }, patches: [] }, event) => { const [value, patches, inverse] = produceWithPatches(state.value, (draft) => { draft.n += 1; draft.list.unshift(event.type); draft.list.length = Math.min(3, draft.list.length); }); return { value, patches, inverse: inverse.length }; };
export const inside = (state = { n: 0 }, event) => produce(state, (draft) => { draft.n++; draft.isDraft = isDraft(draft); draft.copy = current(draft).n; draft.frozen = Object.isFrozen(state); });
export const replaced = produce((draft, event) => (event.type === 'Closed' ? { closed: true } : void (draft.n = event.version)), { n: 0 });
