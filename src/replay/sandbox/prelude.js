// The first of the sandbox's own files: what the others share, refusals, and the clock and
// randomness, which no fold may ask. Evaluated before any other code; everything needed later
// is captured here, so user code cannot replace it. What runs later neither spreads nor takes
// arrays apart: both ask the array's iterator, which user code can replace.
(natives) => {
  'use strict';
  const { apply, construct, ownKeys, getPrototypeOf, getOwnPropertyDescriptor: memberOf } = Reflect;
  const { defineProperty, create, setPrototypeOf, freeze } = Object;
  const method = (f) => (self, ...args) => apply(f, self, args);
  const WeakSetType = WeakSet;
  const [marked, isMarked] = [method(WeakSet.prototype.add), method(WeakSet.prototype.has)];

  // Functions that stand for Node's own: they look like those.
  const ours = new WeakSetType();
  const native = (f, name = f.name, length = f.length) => {
    if (f.name !== name) defineProperty(f, 'name', { value: name, configurable: true });
    if (f.length !== length) defineProperty(f, 'length', { value: length, configurable: true });
    marked(ours, f);
    return f;
  };
  const define = (object, name, value) => defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  // Puts methods onto an object, as builtins are.
  const equip = (object, methods) => {
    for (const name of ownKeys(methods)) {
      const it = memberOf(methods, name);
      if (typeof it.value === 'function') define(object, name, native(it.value));
      else if (it.get !== undefined || it.set !== undefined) {
        if (it.get) native(it.get);
        if (it.set) native(it.set);
        defineProperty(object, name, { get: it.get, set: it.set, enumerable: false, configurable: true });
      } else define(object, name, it.value);
    }
  };
  // A class that stands for one of Node's: its members as those of builtins.
  const builtin = (type, name, isEnumerable = false) => {
    for (const object of [type, type.prototype]) {
      for (const key of ownKeys(object)) {
        const it = memberOf(object, key);
        if (typeof it.value === 'function' && key !== 'constructor') native(it.value);
        if (it.get) native(it.get);
        if (it.set) native(it.set);
        if (isEnumerable && key !== 'constructor' && key !== 'prototype' && key !== 'name' && key !== 'length' && typeof key !== 'symbol') {
          defineProperty(object, key, { ...it, enumerable: true });
        }
      }
    }
    native(type, name, type.length);
    define(type.prototype, Symbol.toStringTag, name);
    defineProperty(type.prototype, Symbol.toStringTag, { writable: false });
    define(globalThis, name, type);
  };

  // --- Refusals ----------------------------------------------------------------------------
  // A refusal throws, and is remembered until the driver asks: the module may catch it, the
  // answer of the event is the refusal all the same.
  let first = '';
  let isLoading = true;
  const note = (text) => {
    if (first === '') first = text;
  };
  // Made by the part on errors: an error with a text of ours.
  let failWith = (text) => new Error(text);
  const refuse = (text) => {
    note(text);
    throw failWith(text);
  };
  // What Node has and the sandbox cannot do as Node does.
  const lacks = (what) => refuse(`${what} is not there in the sandbox, which cannot do it as Node does; choose Node as the host (--host node).`);
  // What no host does in a fold.
  const unrepeatable = (what, instead) => refuse(`${what} is not there in a reducer: a fold must give the same state every time. Use ${instead}.`);

  // --- Randomness and the clock --------------------------------------------------------------
  // While a module loads both give fixed values: libraries make names and look at the clock.
  // They are those of every host: 2020-01-01, and the same numbers.
  const FIXED_MOMENT = 1_577_836_800_000;
  let seed = 1;
  const byChance = (what) => {
    if (!isLoading) unrepeatable(what, 'a value that the event carries');
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const now = (what = 'the current time') => {
    if (!isLoading) unrepeatable(what, "the event's own time, event.timestamp");
    return FIXED_MOMENT;
  };
  equip(Math, {
    random() { return byChance('Math.random'); },
  });

  // --- Functions as text -----------------------------------------------------------------------
  const textOf = method(Function.prototype.toString);
  const search = method(String.prototype.includes);
  const exec = method(RegExp.prototype.exec);
  equip(Function.prototype, {
    toString() {
      if (typeof this === 'function' && isMarked(ours, this)) return `function ${this.name}() { [native code] }`;
      const text = textOf(this);
      if (search(text, '[native code]') && search(text, '\n    [native code]\n}')) return `function ${this.name}() { [native code] }`;
      if (exec(/\$eventglass[A-Z]/, text) !== null) lacks('the text of a function with **, eval or BigInt in it');
      return text;
    },
  });

  // --- What the module wrote to the console -----------------------------------------------------
  // With the place of the event among those that were begun since the program asked last.
  const MOST_TEXT = 65_536;
  let begun = 0;
  let written = [];
  let size = 0;
  const write = (text) => {
    if (isLoading || size > MOST_TEXT) return;
    size += text.length;
    written[written.length] = [begun > 0 ? begun - 1 : 0, wellFormed(text)];
  };
  const wellFormed = method(String.prototype.toWellFormed);
  const { count } = natives;

  const world = {
    now: natives.now,
    count() {
      begun++;
      count();
    },
    textOf,
    overflowed: false,
    loading(loading) {
      isLoading = loading;
    },
    refusal() {
      const text = first;
      first = '';
      if (!world.overflowed) return text;
      // Set by the program: nothing else can run then.
      world.overflowed = false;
      return text === '' ? 'RangeError: Maximum call stack size exceeded' : text;
    },
    lines() {
      const lines = written;
      written = [];
      begun = size = 0;
      return lines;
    },
  };
  return {
    natives, world, native, define, equip, builtin, method, marked, isMarked, memberOf, ownKeys, ours,
    note, refuse, lacks, unrepeatable, byChance, now, write,
    isLoading: () => isLoading,
    failWith: (make) => { failWith = make; },
  };
}
