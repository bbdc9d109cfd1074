// Trees and graphs: recursion, paths, cycles that are broken, topological order.
const find = (node, id) => { if (!node) return null; if (node.id === id) return node; for (const child of node.children) { const hit = find(child, id); if (hit) return hit; } return null; };
const without = (node, id) => ({ ...node, children: node.children.filter((c) => c.id !== id).map((c) => without(c, id)) });
export const nested = (root = null, { type, data }) => {
  if (type === 'NodeAdded') { const node = { id: data.id, name: data.name, children: [] }; if (!data.parent) return node; find(root, data.parent)?.children.push(node); return root; }
  if (type === 'NodeMoved') { const node = find(root, data.id), to = find(root, data.to); if (!node || !to || node === root || find(node, data.to)) return root; const next = without(root, data.id); find(next, data.to).children.splice(data.index, 0, node); return next; }
  if (type === 'NodeRenamed') { const node = find(root, data.id); if (node) node.name = data.name; return root; }
  if (type === 'NodeRemoved') return data.id === root.id ? root : without(root, data.id);
  return root;
};
export const flat = (s = { byId: {}, children: {} }, { type, data }) => {
  if (type === 'NodeAdded') return { byId: { ...s.byId, [data.id]: data }, children: { ...s.children, [data.parent]: [...(s.children[data.parent] ?? []), data.id] } };
  if (type === 'NodeRemoved') { const gone = [data.id]; for (const id of gone) gone.push(...(s.children[id] ?? [])); const keep = (o) => Object.fromEntries(Object.entries(o).filter(([id]) => !gone.includes(id))); return { byId: keep(s.byId), children: keep(Object.fromEntries(Object.entries(s.children).map(([p, list]) => [p, list.filter((id) => !gone.includes(id))]))) }; }
  return s;
};
export const depth = { $init: () => ({ parents: {}, deepest: 0 }), NodeAdded(s, { data: { id, parent } }) { s.parents[id] = parent; const up = (id) => (id === null ? 0 : 1 + up(s.parents[id] ?? null)); s.deepest = Math.max(s.deepest, up(id)); } };
export const linked = (s = new Map(), { type, data }) => { if (type === 'NodeAdded') { const parent = s.get(data.parent) ?? null; const node = { id: data.id, parent, count: 0 }; s.set(data.id, node); for (let at = parent; at; at = at.parent) at.count++; } return s; };
export const graph = (s = { edges: [], order: [] }, { type, data }) => { if (type !== 'Linked') return s; const edges = [...s.edges, [data.from, data.to, data.weight]]; const seen = new Set(), order = []; const visit = (n) => { if (seen.has(n)) return; seen.add(n); edges.filter(([f]) => f === n).forEach(([, t]) => visit(t)); order.unshift(n); }; edges.forEach(([f]) => visit(f)); return { edges, order }; };
export const shortest = (s = { edges: [], from: {} }, { type, data }) => { if (type !== 'Linked') return s; const edges = [...s.edges, data]; const from = { n0: 0 }; for (let i = 0; i < 8; i++) for (const { from: a, to: b, weight } of edges) if (from[a] + weight < (from[b] ?? Infinity)) from[b] = from[a] + weight; return { edges, from }; };
export const list = (s = null, e) => { const node = { v: e.version, next: s }; let n = node, i = 0; while (n.next && ++i < 4) n = n.next; n.next = null; return node; };
export const bst = (s = null, e) => { const insert = (t, k) => (t === null ? { k, l: null, r: null } : k < t.k ? { ...t, l: insert(t.l, k) } : k > t.k ? { ...t, r: insert(t.r, k) } : t); return insert(s, (e.version * 37) % 101); };
export const deep = (s = 0, e) => { const down = (n) => (n === 0 ? 0 : 1 + down(n - 1)); return s + down(1000 + e.version); };
export const cyclic = (s = { n: 0 }, e) => { const s2 = { n: s.n + 1, list: [] }; if (e.version === 30) s2.list.push(s2); return s2; };
export const twins = (s = { a: { n: 0 }, b: null }, e) => { s.b = s.a; s.b.n++; s.pair = [s.a, s.b]; return s; };
export const memo = (s = {}, e) => { const memo = new Map(); const fib = (n) => (n < 2 ? BigInt(n) : memo.get(n) ?? (memo.set(n, fib(n - 1) + fib(n - 2)), memo.get(n))); return { n: e.version, fib: fib(e.version * 3) }; };
export const permutations = (s, e) => { const all = (list) => (list.length < 2 ? [list] : list.flatMap((x, i) => all([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest]))); return all([...e.type].slice(0, 4)).map((p) => p.join('')).slice(0, 9); };
export const mutual = (s = 0, e) => { const even = (n) => n === 0 || odd(n - 1), odd = (n) => n !== 0 && even(n - 1); return s + (even(e.version * 11) ? 2 : 1); };
