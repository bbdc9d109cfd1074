// A TypeScript aggregate: abstract base, parameter properties, modifiers, definite assignment.
export type { Line } from './lib/types';
import { type Line, Quantity, add } from './lib/types';
import type { Money } from './lib/types.js';

abstract class Aggregate<State extends object> {
  protected version = -1;
  protected abstract state: State;
  public apply(event: { type: string; version: number; data: any }): this {
    this.version = event.version;
    this.mutate(event.type, event.data);
    return this;
  }
  protected abstract mutate(type: string, data: any): void;
  toJSON(): object { return { version: this.version, ...this.state }; }
}
export class Cart extends Aggregate<{ lines: Line[]; total: Money }> {
  protected state: { lines: Line[]; total: Money } = { lines: [], total: 0 };
  private readonly limit: number = 50;
  declare readonly brand: unique symbol;
  protected override mutate(type: string, data: any): void {
    if (type === 'ItemAdded') this.state.lines = add(this.state.lines, { sku: data.sku, qty: new Quantity(data.qty).value }).slice(-this.limit);
    if (type === 'CheckedOut') this.state.total = data.total as Money;
  }
}
export class Customer {
  public name!: string;
  private seen?: Set<string>;
  public constructor(public readonly id: string, private visits: number = 0, protected tags: string[] = []) {}
  onCartOpened({ data }: { data: { customer: { name: string } } }) { this.name = data.customer.name; }
  onRated(event: { data: { stars: number; comment?: string | null } }) { this.visits += event.data.stars; this.tags = [...this.tags, event.data.comment?.trim() ?? '—'].slice(-2); }
  onItemAdded({ data: { sku } }: { data: { sku: string } }) { (this.seen ??= new Set()).add(sku); }
}
export class Visits {
  private count = 0;
  static #shared = 0;
  accessor label = 'none';
  get doubled(): number { return this.count * 2; }
  set doubled(value: number) { this.count = value / 2; }
  apply(event: { type: string }) { this.doubled = this.doubled + 2; Visits.#shared++; this.label = event.type; }
  toJSON() { return { count: this.count, shared: Visits.#shared, label: this.label }; }
}
