// Sloppy mode: undeclared names, with, arguments, octals, duplicate parameters, functions in blocks.
exports.undeclared = function (s, e) { counter = (s ? s.counter : 0) + 1; return { counter: counter, global: typeof globalThis.counter }; };
exports.withData = function (s, e) { with (e.data) { return { sku: typeof sku === 'undefined' ? null : sku, qty: typeof qty === 'undefined' ? 0 : qty }; } };
exports.args = function (s, e) { s = s || { n: 010 }; arguments[0] = { n: s.n + 1, callee: typeof arguments.callee }; return s; };
exports.self = function (s, e) { return (function () { return { global: this === globalThis, boxed: typeof function () { return this; }.call(1), frozen: (Object.freeze([1]).length = 1) }; })(); };
exports.hoisted = function (s, e) { var before = typeof later; if (e.version > 2) { function later() { return 'block'; } } return [before, typeof later]; };
exports.silent = function (s, e) { var o = Object.freeze({ n: 1 }); o.n = e.version; delete o.n; undefined = 1; NaN = 2; return { n: o.n, u: undefined, nan: NaN }; };
exports.dup = function (a, a) { return [a.type, arguments.length, delete exports.nothing]; };
exports.evaluated = function (s, e) { var n = e.version; eval('var made = n * 2'); return made + new Function('x', 'return x + 1')(1); };
