import { Map, List, OrderedMap, Set, Record, fromJS, is, Seq } from 'immutable';
export const map = (s = Map({ n: 0, types: List() }), e) => s.update('n', (n) => n + 1).update('types', (l) => l.push(e.type).takeLast(3)).setIn(['by', e.type, 'last'], e.version);
const Item = Record({ sku: '', qty: 0, price: 0 }, 'Item');
export const records = (s = OrderedMap(), { type, data }) => (type === 'ItemAdded' ? s.update(data.sku, Item({ sku: data.sku, price: data.price }), (it) => it.update('qty', (q) => q + data.qty)) : type === 'ItemRemoved' ? s.delete(data.sku) : s);
export const sets = (s = Set(), e) => (e.data.sku ? s.add(e.data.sku) : s);
export const nested = (s = fromJS({ address: { lines: [] } }), e) => (e.data.address ? s.mergeDeep({ address: e.data.address }) : s);
export const plain = (s = { map: Map() }, e) => { const map = s.map.set(e.type, fromJS(e.data)); return { map, js: map.toJS().Rated ?? null, same: is(map, s.map), sorted: map.keySeq().sort().toArray(), seq: Seq([3, 1, 2]).filter((x) => x > 1).map((x) => x * e.version).toArray() }; };
export const large = (s = Map(), e) => s.withMutations((m) => { for (let i = 0; i < 20; i++) m.set(`k${(e.version * 20 + i) % 150}`, i); });
