import * as R from 'ramda';
export const lenses = (s = { items: {}, n: 0 }, { type, data }) => (type === 'ItemAdded' ? R.pipe(R.over(R.lensPath(['items', data.sku]), R.pipe(R.defaultTo(0), R.add(data.qty))), R.over(R.lensProp('n'), R.inc))(s) : s);
export const evolved = R.curry((s, e) => R.evolve({ n: R.add(1), types: R.pipe(R.append(e.type), R.uniq, R.takeLast(4)) }, s ?? { n: 0, types: [] }));
export const sorted = (s = [], e) => (e.type === 'ItemAdded' ? R.sortWith([R.descend(R.prop('price')), R.ascend(R.prop('sku'))], R.append(R.pick(['price', 'sku'], e.data), s)).slice(0, 6) : s);
export const conditions = R.cond([[(s, e) => e.type === 'ItemAdded', (s, e) => R.mergeRight(s ?? {}, R.objOf(e.data.sku, e.data.qty))], [(s, e) => e.type === 'ItemRemoved', (s, e) => R.dissoc(e.data.sku, s)], [R.T, R.identity]]);
export const grouped = (s = { list: [] }, e) => { const list = R.takeLast(9, R.append({ type: e.type, v: e.version }, s.list)); return { list, by: R.map(R.length, R.groupBy(R.prop('type'), list)), same: R.equals(list, R.clone(list)), path: R.pathOr('none', ['data', 'options', 'colour'], e), zip: R.zipObj(['a', 'b'], R.pluck('v', list)) }; };
