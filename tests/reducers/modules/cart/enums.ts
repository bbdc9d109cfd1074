// Enums of each kind, namespaces, const assertions, overloads, generics.
enum Status { Empty, Open, Paying = 10, Paid }
enum Kind { Added = 'ADDED', Removed = 'REMOVED' }
const enum Step { One = 1, Two = One << 1, Four = Two * 2 }
declare const NEVER: string;
export declare function nothing(): void;

namespace Money {
  export const scale = 100;
  export function round(amount: number): number { return Math.round(amount * scale) / scale; }
  export namespace Format { export const text = (amount: number) => `£${round(amount).toFixed(2)}`; }
}
namespace Money { export const twice = (amount: number) => round(amount * 2); }
namespace Counter { export let count = 0; export const up = () => ++count; }

interface State { status: Status; name: string; steps: number; kinds: Kind[] }
export const status = (state: State = { status: Status.Empty, name: Status[Status.Empty], steps: 0, kinds: [] }, event: any): State => {
  const next = ({ CartOpened: Status.Open, CheckedOut: Status.Paid, CouponApplied: Status.Paying } as Record<string, Status | undefined>)[event.type] ?? state.status;
  const kind = event.type === 'ItemAdded' ? Kind.Added : event.type === 'ItemRemoved' ? Kind.Removed : null;
  return { status: next, name: Status[next], steps: state.steps + Step.Two + Step.Four, kinds: kind ? [...state.kinds, kind].slice(-3) : state.kinds };
};
export const money = (state: { sum: number; text: string } = { sum: 0, text: '' }, { data }: { data: { price?: number } }) => {
  const sum = Money.round(state.sum + Money.twice(data.price ?? 0));
  return { sum, text: Money.Format.text(sum) };
};
export const live = (state: unknown, event: { version: number }) => [Counter.up(), Counter.count, event.version];

function pick<T extends object, K extends keyof T>(object: T, ...keys: K[]): Pick<T, K>;
function pick(object: any, ...keys: any[]): any { return Object.fromEntries(keys.filter((key) => key in object).map((key) => [key, object[key]])); }
export const picked = (state: Partial<Record<string, unknown>> = {}, event: { type: string; data: Record<string, unknown> }) => ({ ...state, ...pick(event.data, 'sku', 'qty', 'code') });
const CODES = ['SPRING-26', 'tea10'] as const;
type Code = (typeof CODES)[number];
const isCode = (code: unknown): code is Code => (CODES as readonly unknown[]).includes(code);
export const codes = (state: Code[] = [], event: any): Code[] => (isCode(event.data.code) ? [...state, event.data.code].slice(-4) : state);
export const entries = (): string[] => [...Object.keys(Status), ...Object.values(Kind), Object.entries(Status).length.toString()];
