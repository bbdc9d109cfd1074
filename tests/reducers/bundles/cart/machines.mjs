import { createMachine, assign, transition, initialTransition, setup } from 'xstate';
const machine = createMachine({
  id: 'cart', initial: 'empty', context: { items: 0, total: 0 },
  states: {
    empty: { on: { ItemAdded: { target: 'filled', actions: 'add' } } },
    filled: { initial: 'shopping', states: { shopping: { on: { CouponApplied: 'discounted' } }, discounted: { on: { CouponApplied: 'shopping' } } }, on: { ItemAdded: { actions: 'add' }, ItemRemoved: [{ guard: ({ context }) => context.items > 1, actions: 'remove' }, { target: 'empty', actions: 'remove' }], CheckedOut: 'done' } },
    done: { type: 'final' },
  },
}, { actions: { add: assign({ items: ({ context, event }) => context.items + event.data.qty, total: ({ context, event }) => context.total + event.data.price }), remove: assign({ items: ({ context }) => context.items - 1 }) } });
const [first] = initialTransition(machine);
export const snapshot = (s = first, e) => transition(machine, s, e)[0];
export const value = (s = { snapshot: first, value: first.value }, e) => { const [snapshot] = transition(machine, s.snapshot, e); return { snapshot, value: snapshot.value, status: snapshot.status, context: snapshot.context, can: snapshot.can({ type: 'CheckedOut' }), matches: snapshot.matches({ filled: 'discounted' }) }; };
const light = setup({ actions: {} }).createMachine({ initial: 'red', states: { red: { on: { Rated: 'green' } }, green: { on: { Shipped: 'red' } } } });
export const lights = (s = null, e) => { const from = s ? light.resolveState({ value: s.at, context: {} }) : initialTransition(light)[0]; const [next] = transition(light, from, { type: e.type }); return { at: next.value, changed: next.value !== from.value }; };
