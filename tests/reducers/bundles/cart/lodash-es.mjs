import { groupBy, sumBy, mapValues, debounce, isEqual, keyBy, partition } from 'lodash-es';
export const sums = (s = [], e) => { const list = e.data.sku ? [...(s.list ?? s), { sku: e.data.sku, qty: e.data.qty ?? 0 }] : s.list ?? s; return { list: list.slice(-9), sums: mapValues(groupBy(list.slice(-9), 'sku'), (l) => sumBy(l, 'qty')) }; };
export const keyed = (s = {}, e) => ({ ...s, ...keyBy(e.data.parcels ?? [], 'id') });
export const parted = (s = [], e) => partition([...s.flat(), e.version].slice(-6), (v) => v % 2);
export const equal = (s = null, e) => ({ same: isEqual(s?.data, e.data), data: e.data, waits: typeof debounce(() => {}, 5) });
