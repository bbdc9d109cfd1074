// A typed table of handlers, generic helpers, optional chaining, tuples.
type Handlers<S, E extends { type: string }> = { [T in E['type']]?: (state: S, event: Extract<E, { type: T }>) => S };
const createEvolve = <S, E extends { type: string }>(initial: S, handlers: Handlers<S, E>) => (state: S | undefined = initial, event: E): S => {
  const handler = handlers[event.type as E['type']] as ((state: S, event: E) => S) | undefined;
  return handler?.(state, event) ?? state;
};
type Added = { type: 'ItemAdded'; data: { sku: string; qty: number; price: number } };
type Coupon = { type: 'CouponApplied'; data: { code: string; percent: number; until: string } };
export const lines = createEvolve<Map<string, [number, number]>, Added | Coupon>(new Map(), {
  ItemAdded: (state, { data: { sku, qty, price } }) => new Map(state).set(sku, [(state.get(sku)?.[0] ?? 0) + qty, price]),
  CouponApplied: (state, { data }) => new Map([...state].map(([sku, [qty, price]]) => [sku, [qty, +(price * (1 - data.percent / 100)).toFixed(4)]])),
});
export const coupons = createEvolve({ best: 0, codes: [] as string[], until: undefined as Date | undefined }, {
  CouponApplied: (state: any, { data }: any) => ({ best: Math.max(state.best, data.percent), codes: [...new Set([...state.codes, data.code])], until: new Date(data.until) }),
});
export const deep = (state: Record<string, any> = {}, event: any): any => ({ ...state, city: event.data?.address?.city ?? state.city, geo: event.data?.address?.geo?.lat?.toFixed?.(1), line: event.data?.address?.lines?.[0] || 'none', call: event.data?.missing?.(), text: event.data?.options?.nested?.card?.text });
export const tuple = ([n, last]: [number, string?] = [0], { type, version }: { type: string; version: number }): [number, string?] => (version % 2 ? [n + 1, type] : [n + 1]);
export default function <T extends { n: number }>(state: T | { n: number } = { n: 0 }, _event: unknown): { n: number } { return { n: state.n + 1 } as const; }
