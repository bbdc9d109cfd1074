// Decorators of TypeScript's older kind, as event-sourcing frameworks in TypeScript use them.
const handlers = new Map<string, string>();
function handles(type: string): any { return (_target: object, name: string) => { handlers.set(type, name); }; }
function entity(name: string): any { return (target: any) => { target.entity = name; return target; }; }

@entity('cart')
export class Cart {
  lines: Record<string, number> = {};
  opened = 0;
  @handles('CartOpened') private open(): void { this.opened += 1; }
  @handles('ItemAdded') private added(data: { sku: string; qty: number }): void { this.lines[data.sku] = (this.lines[data.sku] ?? 0) + data.qty; }
  @handles('ItemRemoved') private removed(data: { sku: string }): void { delete this.lines[data.sku]; }
  apply(event: { type: string; data: any }): this { const name = handlers.get(event.type); if (name) (this as any)[name](event.data); return this; }
}
