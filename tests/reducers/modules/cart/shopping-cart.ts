// Emmett's own sample, more or less: types, unions, exhaustive switch.
type ProductItem = Readonly<{ sku: string; qty: number; price: number }>;
type Event<Type extends string, Data> = Readonly<{ type: Type; data: Readonly<Data>; metadata: Record<string, unknown> }>;
type CartEvent =
  | Event<'CartOpened', { customer: { id: string; name: string }; currency: string; vat: number }>
  | Event<'ItemAdded', ProductItem & { name: string; options: object }>
  | Event<'ItemRemoved', { sku: string; qty: number | null }>
  | Event<'CheckedOut', { total: number }>;
interface Empty { status: 'Empty' }
interface Opened { status: 'Opened'; customer: string; items: ReadonlyArray<ProductItem>; total: number }
interface Closed { status: 'Closed'; total: number }
type Cart = Empty | Opened | Closed;

export const initialState = (): Cart => ({ status: 'Empty' });

const totalOf = (items: readonly ProductItem[]): number => items.reduce((sum, { qty, price }) => sum + qty * price, 0);
const withItem = (items: readonly ProductItem[], added: ProductItem): ProductItem[] => {
  const found = items.find((item) => item.sku === added.sku);
  return found ? items.map((item) => (item === found ? { ...item, qty: item.qty + added.qty } : item)) : [...items, added];
};

export const evolve = (state: Cart, event: CartEvent): Cart => {
  switch (event.type) {
    case 'CartOpened':
      return { status: 'Opened', customer: event.data.customer!.name, items: [], total: 0 };
    case 'ItemAdded': {
      if (state.status !== 'Opened') return state;
      const { sku, qty, price } = event.data;
      const items = withItem(state.items, { sku, qty, price } satisfies ProductItem);
      return { ...(state as Opened), items, total: totalOf(items) };
    }
    case 'ItemRemoved': {
      if (state.status !== 'Opened') return state;
      const items = state.items
        .map((item) => (item.sku === event.data.sku ? { ...item, qty: item.qty - (event.data.qty ?? item.qty) } : item))
        .filter(({ qty }) => qty > 0);
      return { ...state, items, total: totalOf(items) };
    }
    case 'CheckedOut':
      return <Closed>{ status: 'Closed', total: event.data.total };
    default: {
      const _never: never = event;
      return state ?? _never;
    }
  }
};
