// Modules that were read beforehand, in every engine: which of them an import means, and
// CommonJS. `compile(text, name)` makes the function that Node would wrap around a CommonJS
// text; `native(name)` gives the engine's own `require` for what is none of ours.
((compile, native) => {
  'use strict';
  const { parse } = JSON;
  const { apply } = Reflect;
  const { hasOwn, keys } = Object;
  // As TypeScript writes imports, and as Node completes what is required.
  const ENDINGS = [
    ['.js', '.ts'], ['.js', '.tsx'], ['.mjs', '.mts'], ['.cjs', '.cts'], ['.jsx', '.tsx'],
    ['', '.js'], ['', '.json'], ['', '.ts'], ['', '.mjs'], ['', '.cjs'], ['', '.mts'], ['', '.cts'], ['', '.tsx'], ['', '.jsx'],
    ['', '/index.js'], ['', '/index.json'], ['', '/index.ts'], ['', '/index.mjs'], ['', '/index.cjs'],
  ];
  let sources = {};
  // Functions that give the variables of sources: each hands one over at its end.
  const lists = [];
  let [handed, scripts] = [0, 0];
  const spaces = new Set();
  const folderOf = (name) => name.split('/').slice(0, -1);
  // The name of our source that an import means; null where it is none of ours.
  const find = (base, wanted) => {
    if (!/^\.{1,2}(?:\/|$)/.test(wanted)) return null;
    const parts = folderOf(base);
    for (const part of wanted.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '.' && part !== '') parts.push(part);
    }
    const target = parts.join('/');
    if (hasOwn(sources, target)) return target;
    for (const [written, meant] of ENDINGS) {
      const found = target.endsWith(written) ? `${target.slice(0, target.length - written.length)}${meant}` : '';
      if (hasOwn(sources, found)) return found;
    }
    return null;
  };
  const required = new Map();
  // What a CommonJS or JSON source exports.
  const require = (name, place) => {
    const known = required.get(name);
    if (known !== undefined) return known.exports;
    const { kind, text } = sources[name];
    const module = { exports: {}, id: place(name), filename: place(name), loaded: false, children: [], paths: [] };
    if (kind === 'esm') throw new Error(`require() of the ES module ${name} is not possible: import it`);
    required.set(name, module);
    if (kind !== 'json') scripts++;
    if (kind === 'json') {
      module.exports = parse(text);
      return module.exports;
    }
    const own = native(name);
    const wants = (wanted) => {
      const found = find(name, `${wanted}`);
      return found === null ? own(wanted) : require(found, place);
    };
    wants.resolve = own.resolve;
    wants.cache = {};
    module.require = wants;
    const folder = folderOf(place(name)).join('/');
    const given = module.exports;
    lists[lists.length] = () => [module, given, module.exports];
    apply(compile(text, place(name)), given, [given, wants, module, place(name), folder]);
    module.loaded = true;
    return module.exports;
  };
  return {
    give: (given) => { sources = given; },
    has: (name) => hasOwn(sources, name),
    adopt: (name, kind, text) => { sources[name] = { kind, text }; },
    kindOf: (name) => sources[name].kind,
    textOf: (name) => sources[name].text,
    find,
    require,
    variable: (list) => {
      handed++;
      lists[lists.length] = list;
    },
    // What an ES module exports is its own as well.
    exported: (space) => {
      if (spaces.has(space)) return;
      spaces.add(space);
      scripts++;
      lists[lists.length] = () => {
        const names = keys(space);
        const values = [];
        for (let i = 0; i < names.length; i++) values[i] = space[names[i]];
        return values;
      };
    },
    // A source that returns before its end has handed over nothing.
    variables: () => (handed === scripts ? lists : [() => { throw new Error('it returns before its end'); }]),
    // Names by which an ES module can import members of what CommonJS exports.
    names: (exported) => (exported === null || (typeof exported !== 'object' && typeof exported !== 'function') ? [] : keys(exported).filter((key) => key !== 'default')),
    // What a CommonJS entry exports, as if it were a namespace.
    space: (exported) => {
      const space = typeof exported === 'function' ? { default: exported } : {};
      for (const key of exported === null || exported === undefined ? [] : keys(exported)) {
        Object.defineProperty(space, key, { get: () => exported[key], enumerable: true });
      }
      return space;
    },
  };
})
