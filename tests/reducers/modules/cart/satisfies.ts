// What newer TypeScript can write.
type Handler<S> = (state: S, data: any) => S;
const handlers = {
  ItemAdded: (state, { qty }) => ({ ...state, n: state.n + qty }),
  Rated: (state, { stars }) => ({ ...state, stars: [...state.stars, stars] }),
} as const satisfies Record<string, Handler<{ n: number; stars: readonly number[] }>>;
export function cart<const S extends { n: number; stars: readonly number[] }>(this: void, state: S | undefined, event: { type: string; data: unknown }) {
  const known = state ?? { n: 0, stars: [] };
  return event.type in handlers ? handlers[event.type as keyof typeof handlers](known, event.data) : known;
}
export class Cart<out T extends string = string> {
  static readonly #instances: Cart[] = [];
  constructor(protected override_: T = 'none' as T, readonly kinds = new Set<string>()) { Cart.#instances.push(this as unknown as Cart); }
  apply(event: { type: T }): asserts this is this & { last: T } { this.kinds.add(event.type!); (this as { last?: T }).last = event.type; }
  toJSON(): { kinds: string[]; last?: T } { return { kinds: [...this.kinds], last: (this as { last?: T }).last }; }
}
let counter!: number;
export const optional = (state?: { n?: number; path?: string }, event?: { data?: { options?: { nested?: { card?: { text?: string } } } } }): { n: number; path: string } => {
  counter = (state?.n ?? 0) + 1;
  return { n: counter!, path: event?.data?.options?.nested?.card?.text ?? state?.path ?? <string>'none' };
};
export const accessorless = (() => { const registry: { [key: `on${string}`]: (n: number) => number } = { onAny: (n) => n + 1 }; return (state: number = 0, _e: unknown, ..._rest: never[]): number => registry.onAny!(state); })();
abstract class Shape { abstract area(): number; describe(): string { return `${this.constructor.name}:${this.area()}`; } }
class Square extends Shape { constructor(private side: number) { super(); } override area() { return this.side ** 2; } }
export const shapes = (state: string[] = [], { version }: { version: number }) => [...state, new Square(version).describe()].slice(-2);
