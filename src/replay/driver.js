// Folds events in a host, the same file in every engine of JavaScript: `(world) => driver`.
// `world` is what the engine's own prelude gives: `refusal()`, the text of the first thing that
// was refused since it was asked last, or ''; `count(row)`, called as each event begins; and where the
// engine hides them `messageOf(error)`, `placeOf(error)` and `textOf(function)`.
//
// Evaluated before any user code; everything it needs later is captured here, so user code
// cannot replace it. What runs later neither spreads nor takes arrays apart: both ask the
// array's iterator, which user code can replace.
((world) => {
  'use strict';
  const { parse, stringify } = JSON;
  const { create, defineProperty, getPrototypeOf, is, isExtensible, isFrozen, isSealed, freeze, keys, preventExtensions, seal, setPrototypeOf } = Object;
  const { getOwnPropertyDescriptor: memberOf, ownKeys, apply, construct } = Reflect;
  const { getOwnPropertySymbols: symbols } = Object;
  const ObjectPrototype = Object.prototype;
  const ArrayPrototype = Array.prototype;
  const { isArray } = Array;
  const { isFinite } = Number;
  const [ObjectType, SetType, MapType, DateType, RegExpType, BufferType, PromiseType, ErrorType, FunctionType] = [Object, Set, Map, Date, RegExp, ArrayBuffer, Promise, Error, Function];
  const [numberType, bigType, WeakMapType, WeakSetType, DataViewType, Bytes] = [Number, BigInt, WeakMap, WeakSet, DataView, Uint8Array];
  const TypedArray = getPrototypeOf(Uint8Array);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const method = (f) => (self, ...args) => apply(f, self, args);
  const has = method(ObjectPrototype.hasOwnProperty);
  const { has: hasItem, add: addItem, delete: deleteItem } = SetType.prototype;
  const membersOf = (type) => ({ get: type.prototype.get, set: type.prototype.set, has: type.prototype.has });
  const [mapMembers, weakMembers] = [membersOf(MapType), membersOf(WeakMapType)];
  // A set and a map that work whatever user code does to their prototypes.
  const safeSet = () => {
    const set = new SetType();
    set.has = hasItem;
    set.add = addItem;
    set.delete = deleteItem;
    return set;
  };
  const safe = (map, { get, set, has: hasKey }) => {
    map.get = get;
    map.set = set;
    map.has = hasKey;
    return map;
  };
  const safeMap = () => safe(new MapType(), mapMembers);
  const setAdd = method(addItem);
  const setEach = method(SetType.prototype.forEach);
  const mapSet = method(mapMembers.set);
  const mapClear = method(MapType.prototype.clear);
  const setClear = method(SetType.prototype.clear);
  const mapEach = method(MapType.prototype.forEach);
  const push = method(ArrayPrototype.push);
  const iso = method(DateType.prototype.toISOString);
  const moment = method(DateType.prototype.getTime);
  const setTime = method(DateType.prototype.setTime);
  const exec = method(RegExpType.prototype.exec);
  const replace = method(String.prototype.replace);
  const upper = method(String.prototype.toUpperCase);
  const lower = method(String.prototype.toLowerCase);
  const includes = method(String.prototype.includes);
  const indexOf = method(String.prototype.indexOf);
  const endsWith = method(String.prototype.endsWith);
  const wellFormed = method(String.prototype.toWellFormed);
  const cut = method(String.prototype.slice);
  const textOfFunction = world.textOf ?? method(Function.prototype.toString);
  const put = (object, name, value) => defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });

  // --- The event, in the words of every framework --------------------------------------
  // What JSON cannot say, as the framework's library hands it out.
  const revive = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = revive(value[i]);
      return value;
    }
    const names = keys(value);
    if (names.length === 1) {
      const inside = value[names[0]];
      if (names[0] === '$bigint') return bigType(inside);
      if (names[0] === '$bytes') return fromBase64(inside);
      if (names[0] === '$date') return construct(DateType, [inside]);
      if (names[0] === '$set' && isArray(inside)) {
        const set = new SetType();
        for (let i = 0; i < inside.length; i++) setAdd(set, revive(inside[i]));
        return set;
      }
    }
    for (let i = 0; i < names.length; i++) put(value, names[i], revive(value[names[i]]));
    return value;
  };
  const fromBase64 = (text) => {
    const bytes = new Bytes((text.length / 4) * 3 - (endsWith(text, '==') ? 2 : endsWith(text, '=') ? 1 : 0));
    let word = 0;
    for (let i = 0, at = 0; i < text.length && text[i] !== '='; i++) {
      word = ((word << 6) | indexOf(alphabet, text[i])) & 0xffffff;
      if (i % 4 > 0) bytes[at++] = (word >> (6 - 2 * (i % 4))) & 255;
    }
    return bytes;
  };
  // A row of the host: type, data, version, id, timestamp, position, metadata, and where they
  // are, whether JSON's own values say all, and the stream.
  class EventRecord {
    #position;
    constructor(row, streamId) {
      const typed = row[7] === true;
      this.type = row[0];
      this.data = typed ? revive(row[1]) : row[1];
      this.version = row[2];
      this.streamId = row[8] ?? streamId;
      this.id = row[3];
      this.timestamp = row[4];
      this.metadata = typed ? revive(row[6]) : row[6];
      this.#position = row[5];
    }
    static positionOf(event) {
      return #position in event ? event.#position : null;
    }
  }
  const { positionOf } = EventRecord;
  const EventPrototype = EventRecord.prototype;
  put(EventPrototype, 'constructor', ObjectType);
  defineProperty(EventPrototype, 'constructor', { enumerable: false });
  const also = (name, get) => defineProperty(EventPrototype, name, {
    get,
    set(value) { put(this, name, value); },
    configurable: true,
    enumerable: false,
  });
  for (const name of ['eventType', 'name', 'kind']) also(name, function () { return this.type; });
  for (const name of ['payload', 'body']) also(name, function () { return this.data; });
  for (const name of ['sequenceNumber', 'revision', 'eventNumber', 'streamPosition', 'streamVersion', 'aggregateVersion']) {
    also(name, function () { return this.version; });
  }
  for (const name of ['stream', 'streamName', 'aggregateId']) also(name, function () { return this.streamId; });
  for (const name of ['time', 'created', 'createdAt', 'recordedAt']) also(name, function () { return this.timestamp; });
  for (const name of ['eventId', 'messageId']) also(name, function () { return this.id; });
  for (const name of ['position', 'globalPosition']) also(name, function () { return positionOf(this); });

  // --- The state as JSON -----------------------------------------------------------------
  const base64 = (bytes) => {
    let out = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      out += alphabet[word >> 18] + alphabet[(word >> 12) & 63];
      out += i + 1 < bytes.length ? alphabet[(word >> 6) & 63] : '=';
      out += i + 2 < bytes.length ? alphabet[word & 63] : '=';
    }
    return out;
  };
  const bytesOf = (value) => (value instanceof BufferType ? new Bytes(value) : new Bytes(value.buffer, value.byteOffset, value.byteLength));
  const classOf = (prototype) => {
    const type = memberOf(prototype, 'constructor')?.value;
    return typeof type === 'function' && type.prototype === prototype ? type : null;
  };

  // Objects for which something is kept in a WeakMap or a WeakSet, where nobody sees it.
  const weakKeys = new WeakSetType();
  const addWeak = method(WeakSetType.prototype.add);
  const hasWeak = method(WeakSetType.prototype.has);
  const noted = (owner, name) => {
    const real = owner[name];
    const value = new Proxy(real, {
      apply(target, self, args) {
        const key = args[0];
        if (typeof key === 'object' && key !== null) addWeak(weakKeys, key);
        return apply(real, self, args);
      },
    });
    defineProperty(owner, name, { value, writable: true, enumerable: false, configurable: true });
  };

  // The private member that a class keeps where nobody sees it, or ''.
  const hiddenOf = safeMap();
  const hidden = (prototype) => {
    let found = hiddenOf.get(prototype);
    if (found === undefined) {
      found = '';
      for (let it = prototype; it !== null && it !== ObjectPrototype && found === ''; it = getPrototypeOf(it)) {
        const type = it === EventPrototype ? null : classOf(it);
        if (type === null || builtInMembers.has(type)) continue;
        const text = textOfFunction(type);
        const member = exec(/(?:^|[;{}\n])\s*(#[\w$]+)\s*(?:[=;}\n]|$)/, text);
        if (member !== null && exec(/^class\b/, text) !== null) found = `${type.name} keeps ${member[1]}`;
      }
      hiddenOf.set(prototype, found);
    }
    return found;
  };

  // True where JSON text says all of the value: then the engine's own writer does it.
  const saysAll = (value, depth) => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return isFinite(value);
      case 'object':
        break;
      default:
        return false;
    }
    if (value === null) return true;
    // Deeper there may be no end.
    if (depth === 100) return false;
    const prototype = getPrototypeOf(value);
    if (prototype === ArrayPrototype) {
      for (let i = 0; i < value.length; i++) {
        if (oddMembers === 2 && isAccessor(value, i)) return false;
        if (!saysAll(value[i], depth + 1)) return false;
      }
      return !has(value, 'toJSON');
    }
    if (prototype !== ObjectPrototype) return false;
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      if (oddMembers !== 0 && isAccessor(value, names[i])) return false;
      if (!saysAll(value[names[i]], depth + 1)) return false;
    }
    return !has(value, 'toJSON');
  };

  const isAccessor = (object, name) => {
    const it = memberOf(object, name);
    return it !== undefined && !has(it, 'value');
  };
  // Showing a state of the module runs the user's code; whether it may run now.
  let [showsWithCode, mayRunCode] = [false, false];
  const RUNS_CODE = create(null);
  const runsCode = () => {
    showsWithCode = true;
    if (!mayRunCode) throw RUNS_CODE;
  };
  // The value as JSON can show it; `undefined` = leave out.
  const show = (value, above, name) => {
    switch (typeof value) {
      case 'number':
        return isFinite(value) ? value : { $number: `${value}` };
      case 'bigint':
        return { $bigint: `${value}` };
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined;
      case 'object':
        break;
      case 'string':
        return wellFormed(value);
      default:
        return value;
    }
    if (value === null) return null;
    if (above.has(value)) throw new TypeError('the state contains itself (a cycle), which JSON cannot show');
    if (value instanceof DateType) return isFinite(moment(value)) ? iso(value) : null;
    if (value instanceof TypedArray || value instanceof BufferType || value instanceof DataViewType) return { $bytes: base64(bytesOf(value)) };
    if (value instanceof RegExpType) return wellFormed(`${value}`);
    above.add(value);
    let shown;
    const item = (member, at) => show(member, above, at) ?? null;
    if (typeof value.toJSON === 'function') {
      if (!builtInMembers.has(value.toJSON)) runsCode();
      shown = show(value.toJSON(name), above, name);
    } else if (typeof value.toState === 'function') {
      runsCode();
      shown = show(value.toState(), above, name);
    } else if (value instanceof SetType) {
      const items = [];
      setEach(value, (member) => push(items, item(member, '')));
      shown = { $set: items };
    } else if (value instanceof MapType) {
      const items = [];
      mapEach(value, (member, key) => push(items, [item(key, ''), item(member, '')]));
      shown = { $map: items };
    } else if (isArray(value)) {
      shown = [];
      for (let i = 0; i < value.length; i++) {
        if (oddMembers === 2 && isAccessor(value, i)) runsCode();
        push(shown, item(value[i], `${i}`));
      }
    } else if (value instanceof numberType || value instanceof String || value instanceof Boolean) {
      shown = show(value.valueOf(), above, name);
    } else {
      const prototype = getPrototypeOf(value);
      const isWeak = prototype !== ObjectPrototype && prototype !== null && hasWeak(weakKeys, value);
      const kept = isWeak ? `${nameOf(prototype)} keeps members in a WeakMap` : hidden(prototype);
      if (kept !== '') throw new TypeError(`the class ${kept}, which nothing shows: give it toJSON() or toState(), or drop the #`);
      shown = {};
      const names = keys(value);
      for (let i = 0; i < names.length; i++) {
        if (oddMembers !== 0 && isAccessor(value, names[i])) runsCode();
        const member = show(value[names[i]], above, names[i]);
        if (member !== undefined) put(shown, wellFormed(names[i]), member);
      }
    }
    above.delete(value);
    return shown;
  };

  const exportText = (value) => {
    if (saysAll(value, 0)) {
      const text = stringify(value);
      // Half a surrogate pair is no text elsewhere.
      if (!includes(text, '\\ud')) return text;
    }
    if (!showsWithCode) {
      try {
        return stringify(show(value, safeSet(), '') ?? null);
      } catch (error) {
        if (error !== RUNS_CODE) throw error;
      }
    }
    // Looking at a state must not change what the fold goes on with.
    const before = remember(value);
    mayRunCode = true;
    let text;
    try {
      text = stringify(show(value, safeSet(), '') ?? null);
    } finally {
      mayRunCode = false;
      before.undo();
    }
    if (before.isLost()) throw new LookedAt();
    return text;
  };
  // Thrown where a state was changed by looking at it, and cannot be made what it was.
  class LookedAt {
    #isOurs = true;
    static is(error) { return typeof error === 'object' && error !== null && #isOurs in error; }
  }
  const isLookedAt = LookedAt.is;
  // What stands inside a map, a set, a date or a buffer.
  const insideOf = (value) => {
    const list = [];
    try {
      if (value instanceof MapType) mapEach(value, (member, key) => { push(list, key); push(list, member); });
      else if (value instanceof SetType) setEach(value, (member) => { push(list, member); });
      else if (value instanceof DateType) push(list, moment(value));
      else if (value instanceof BufferType) {
        const bytes = new Bytes(value);
        for (let i = 0; i < bytes.length; i++) push(list, bytes[i]);
      }
    } catch {
      // A prototype of that kind holds nothing.
    }
    return list;
  };
  const areSame = (a, b) => {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!is(a[i], b[i])) return false;
    return true;
  };
  // What is in a view of a buffer is in its buffer.
  const namesOf = (value) => (value instanceof TypedArray ? [] : ownKeys(value));
  // All objects that can be reached from a state and from the module's variables, with what they hold.
  const remember = (state) => {
    const seen = safeSet();
    const open = [];
    const notes = [];
    const note = (value) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
      if (seen.has(value) || builtInMembers.has(value) || value === globalThis || value === EventPrototype) return;
      seen.add(value);
      push(open, value);
    };
    const variables = apart === '' ? roots() : [];
    note(state);
    for (let i = 0; i < variables.length; i++) note(variables[i]);
    for (let at = 0; at < open.length; at++) {
      const value = open[at];
      const it = { value, prototype: getPrototypeOf(value), names: namesOf(value), members: [], inside: insideOf(value) };
      push(notes, it);
      note(it.prototype);
      for (let i = 0; i < it.names.length; i++) {
        const member = memberOf(value, it.names[i]);
        push(it.members, member);
        if (member === undefined) continue;
        note(member.value);
        note(member.get);
        note(member.set);
      }
      if (value instanceof BufferType || value instanceof DateType) continue;
      if (value instanceof TypedArray || value instanceof DataViewType) note(value.buffer);
      for (let i = 0; i < it.inside.length; i++) note(it.inside[i]);
    }
    let isLost = false;
    return {
      undo: () => {
        for (let i = 0; i < notes.length; i++) if (!putBack(notes[i])) isLost = true;
      },
      isLost: () => isLost || (apart === '' && !areSame(variables, roots())),
    };
  };
  const isSameMember = (a, b) => {
    if (a === undefined || b === undefined) return a === b;
    return is(a.value, b.value) && a.get === b.get && a.set === b.set && flagsOf(a) === flagsOf(b);
  };
  const holdsTheSame = ({ value, prototype, names, members, inside }) => {
    if (getPrototypeOf(value) !== prototype || !areSame(namesOf(value), names)) return false;
    for (let i = 0; i < names.length; i++) if (!isSameMember(memberOf(value, names[i]), members[i])) return false;
    return areSame(insideOf(value), inside);
  };
  // Makes an object what it was; whether it is.
  const putBack = (it) => {
    if (holdsTheSame(it)) return true;
    const { value, prototype, names, members, inside } = it;
    try {
      if (getPrototypeOf(value) !== prototype) setPrototypeOf(value, prototype);
      const now = namesOf(value);
      // In their order.
      if (!areSame(now, names)) for (let i = 0; i < now.length; i++) if (memberOf(value, now[i])?.configurable) delete value[now[i]];
      for (let i = 0; i < names.length; i++) {
        if (!isSameMember(memberOf(value, names[i]), members[i])) defineProperty(value, names[i], members[i]);
      }
      if (value instanceof MapType) {
        mapClear(value);
        for (let i = 0; i < inside.length; i += 2) mapSet(value, inside[i], inside[i + 1]);
      } else if (value instanceof SetType) {
        setClear(value);
        for (let i = 0; i < inside.length; i++) setAdd(value, inside[i]);
      } else if (value instanceof DateType) {
        setTime(value, inside[0]);
      } else if (value instanceof BufferType) {
        const bytes = new Bytes(value);
        for (let i = 0; i < inside.length; i++) bytes[i] = inside[i];
      }
    } catch {
      return false;
    }
    return holdsTheSame(it);
  };

  // --- What is the module's own ----------------------------------------------------------
  // All objects that can be reached from the module's variables, by number, with what they
  // hold as it was when the module had loaded. The numbers are the same in every process. Only
  // while all of it is as it was does a copy of a state say everything.
  const MOST_OWN = 20_000;
  const own = [];
  const ownNumbers = safe(new WeakMapType(), weakMembers);
  // Why a state cannot be copied, whatever it is; '' where it can.
  let apart = '';
  let rootsOf = [];
  const Iterators = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
  const builtIn = [Object, Array, String, Number, Boolean, Function, Set, Map, RegExp, Date, Error, Promise, Symbol, BigInt, Math, JSON, Reflect];
  const common = [globalThis];
  for (let i = 0; i < builtIn.length; i++) {
    push(common, builtIn[i]);
    if (builtIn[i].prototype) push(common, builtIn[i].prototype);
  }
  // A function that says whether objects of the language have other members than now. It is
  // made as text, so that the engine knows each name: what it asks is asked for each copy.
  // `isQuick`: members that no loop over names would see are not looked for.
  const watch = (owners, isQuick) => {
    const values = [];
    let text = '';
    for (let i = 0; i < owners.length; i++) {
      const owner = owners[i];
      const names = ownKeys(owner);
      text += `const o${i} = owners[${i}]; `;
      if (isQuick) {
        let count = 0;
        for (const _ in owner) count++;
        text += `let n${i} = 0; for (const name in o${i}) n${i}++; if (n${i} !== ${count} || symbols(o${i}).length !== ${symbols(owner).length}) return true;\n`;
      } else {
        text += `if (ownKeys(o${i}).length !== ${names.length} || isExtensible(o${i}) !== ${isExtensible(owner)}) return true;\n`;
      }
      for (let k = 0; k < names.length; k++) {
        const it = memberOf(owner, names[k]);
        // What is no value now is a value then, or was not there.
        if (!has(it, 'value') || !(it.writable || it.configurable) || it.value !== it.value) continue;
        const value = `values[${values.length}]`;
        push(values, it.value);
        let name = stringify(names[k]);
        if (typeof names[k] === 'symbol') {
          name = `values[${values.length}]`;
          push(values, names[k]);
        }
        text += `if (o${i}[${name}] !== ${value}) return true;\n`;
      }
    }
    // An accessor that stands there now may throw.
    const made = new FunctionType('owners', 'values', 'ownKeys', 'symbols', 'isExtensible', `'use strict';\nreturn () => { try {\n${text}return false; } catch { return true; } };`);
    return made(owners, values, ownKeys, symbols, isExtensible);
  };
  // As they were when the module had loaded: of what everyone uses, and of all the language.
  const unchanged = () => false;
  let [hasCommonChanged, hasCommonChangedQuickly, hasLanguageChanged] = [unchanged, unchanged, unchanged];
  const owners = [globalThis];
  const builtInMembers = safeSet();
  const noteBuiltIn = (object) => {
    if (builtInMembers.has(object)) return;
    builtInMembers.add(object);
    push(owners, object);
    const names = ownKeys(object);
    for (let i = 0; i < names.length; i++) {
      const it = memberOf(object, names[i]);
      if (typeof it.value === 'function') builtInMembers.add(it.value);
      if (typeof it.get === 'function') builtInMembers.add(it.get);
    }
  };
  for (let i = 1; i < common.length; i++) noteBuiltIn(common[i]);
  const globals = ownKeys(globalThis);
  for (let i = 0; i < globals.length; i++) {
    const value = memberOf(globalThis, globals[i]).value;
    if ((typeof value === 'function' || typeof value === 'object') && value !== null && value !== globalThis) {
      noteBuiltIn(value);
      if (typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null) noteBuiltIn(value.prototype);
    }
  }

  // Prototypes of objects of which `holdings` sees everything.
  const seenThrough = safeSet();
  const types = [Object, Array, Function, Map, Set, Date, RegExp, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError, ArrayBuffer, Number, String, Boolean];
  for (let i = 0; i < types.length; i++) seenThrough.add(types[i].prototype);
  for (let i = 0; i < globals.length; i++) {
    const type = memberOf(globalThis, globals[i]).value;
    if (typeof type === 'function' && getPrototypeOf(type) === TypedArray) seenThrough.add(type.prototype);
  }
  seenThrough.add(TypedArray.prototype);

  const flagsOf = (it) => (it.enumerable ? 1 : 0) + (it.configurable ? 2 : 0) + (it.writable ? 4 : 0);
  // Whether what belongs to the language can be extended and what may be done to its members, in order.
  const allFlags = (objects) => {
    const list = [];
    for (let i = 0; i < objects.length; i++) {
      push(list, isExtensible(objects[i]));
      const names = ownKeys(objects[i]);
      for (let k = 0; k < names.length; k++) push(list, flagsOf(memberOf(objects[i], names[k])));
    }
    return list;
  };
  let [flagsAtLoad, commonFlagsAtLoad] = [[], []];
  const isAllAsItWas = () => {
    if (hasLanguageChanged()) return false;
    // Words by which that comes to be are not in the module's text.
    if (oddMembers !== 2) return true;
    return areSame(allFlags(owners), flagsAtLoad);
  };
  // What an object holds, in order: members, then what stands inside.
  const holdings = (value) => {
    const list = [getPrototypeOf(value), isExtensible(value)];
    const names = ownKeys(value);
    for (let i = 0; i < names.length; i++) {
      const it = memberOf(value, names[i]);
      push(list, names[i]);
      push(list, flagsOf(it));
      if (has(it, 'value')) push(list, it.value);
      else { push(list, it.get); push(list, it.set); }
    }
    const inside = insideOf(value);
    for (let i = 0; i < inside.length; i++) push(list, inside[i]);
    return list;
  };
  const roots = () => {
    const list = [];
    for (let i = 0; i < rootsOf.length; i++) {
      const values = rootsOf[i]();
      for (let k = 0; k < values.length; k++) push(list, values[k]);
    }
    return list;
  };
  let rootsAtLoad = [];
  // Notes what is the module's own, once it has loaded. `variables`: a function for each source
  // that gives its variables; `why`: why states cannot be copied, as its text shows.
  const loaded = (variables, why) => {
    apart = why;
    if (apart !== '') return;
    rootsOf = variables;
    try {
      rootsAtLoad = roots();
    } catch (error) {
      apart = `its variables cannot be looked at: ${messageOf(error)}`;
      return;
    }
    hasCommonChanged = watch(common, false);
    hasCommonChangedQuickly = watch(common, true);
    hasLanguageChanged = watch(owners, false);
    flagsAtLoad = allFlags(owners);
    commonFlagsAtLoad = allFlags(common);
    const open = [];
    const note = (value) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
      if (builtInMembers.has(value) || value === globalThis || value === EventPrototype) return;
      if (ownNumbers.get(value) !== undefined) return;
      ownNumbers.set(value, own.length);
      push(own, { value, held: null });
      push(open, value);
    };
    for (let i = 0; i < rootsAtLoad.length; i++) note(rootsAtLoad[i]);
    for (let at = 0; at < open.length; at++) {
      const value = open[at];
      if (own.length > MOST_OWN) {
        apart = `it holds more than ${MOST_OWN} objects of its own`;
      } else if (value instanceof WeakMapType || value instanceof WeakSetType || value instanceof PromiseType) {
        apart = 'it holds a WeakMap, a WeakSet or a Promise';
      } else {
        for (let it = getPrototypeOf(value); it !== null; it = getPrototypeOf(it)) {
          if (it === Iterators) apart = 'it holds an iterator';
          else if (builtInMembers.has(it) && !seenThrough.has(it)) apart = `it holds a ${nameOf(it)}`;
        }
      }
      if (value instanceof BufferType && value.byteLength > 65536) apart = 'it holds many bytes of its own';
      if (apart !== '') return;
      const held = holdings(value);
      own[ownNumbers.get(value)].held = held;
      for (let i = 0; i < held.length; i++) note(held[i]);
    }
  };
  // The module's text has words by which accessors (1) or read-only members (2), also of
  // arrays, come to be.
  let oddMembers = 0;
  // It hands on what belongs to the language and is not common (4): by another name that can be changed.
  let handsOn = false;
  // Why the module is not as it was when it had loaded, or ''.
  const CHANGES_LANGUAGE = 'it changes what belongs to the language';
  const changed = (hasLanguage = oddMembers === 2 ? hasCommonChanged : hasCommonChangedQuickly) => {
    if (apart !== '') return apart;
    if (hasLanguage()) return CHANGES_LANGUAGE;
    const now = roots();
    for (let i = 0; i < now.length; i++) if (!is(now[i], rootsAtLoad[i])) return 'it writes its own variables';
    for (let at = 0; at < own.length; at++) {
      const { value, held } = own[at];
      const list = holdings(value);
      if (list.length !== held.length) return 'it changes an object of its own';
      for (let i = 0; i < list.length; i++) if (!is(list[i], held[i])) return 'it changes an object of its own';
    }
    return '';
  };
  // The same for who folds something else now. What nobody's text names, nobody can have changed.
  const changedOutside = () => {
    if (handsOn) return changed(() => !isAllAsItWas());
    if (oddMembers === 2) return changed(() => hasCommonChanged() || !areSame(allFlags(common), commonFlagsAtLoad));
    return changed();
  };
  // Thrown where a state cannot be copied.
  class NoCopy {
    #isOurs = true;
    constructor(why) { this.why = why; }
    static is(error) { return typeof error === 'object' && error !== null && #isOurs in error; }
  }
  const isNoCopy = NoCopy.is;

  // --- Copying a state out and in --------------------------------------------------------
  const isPlainMember = (object, name) => {
    const it = memberOf(object, name);
    return it.writable === true && it.enumerable && it.configurable;
  };
  // JSON text says all of it: no object is there twice, closed, or the module's own, and no
  // member has a symbol for a name or is more than a value.
  const isPlain = (value, seen) => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return isFinite(value) && (value !== 0 || 1 / value > 0);
      case 'object':
        break;
      default:
        return false;
    }
    if (value === null) return true;
    if (seen.has(value) || !isExtensible(value) || ownNumbers.get(value) !== undefined) return false;
    seen.add(value);
    const prototype = getPrototypeOf(value);
    if (prototype === ArrayPrototype) {
      const length = value.length;
      if (ownKeys(value).length !== length + 1) return false;
      if (oddMembers === 2 && !memberOf(value, 'length').writable) return false;
      for (let i = 0; i < length; i++) {
        if (oddMembers === 2 && !isPlainMember(value, i)) return false;
        if (!isPlain(value[i], seen)) return false;
      }
      return true;
    }
    if (prototype !== ObjectPrototype) return false;
    const names = ownKeys(value);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (typeof name !== 'string' || name === 'toJSON') return false;
      if (oddMembers !== 0 && !isPlainMember(value, name)) return false;
      if (!isPlain(value[name], seen)) return false;
    }
    return true;
  };
  const views = create(null);
  for (const name of ownKeys(globalThis)) {
    const type = memberOf(globalThis, name).value;
    if (typeof type === 'function' && getPrototypeOf(type) === TypedArray) views[name] = type;
  }
  views.DataView = DataViewType;
  const viewName = method(memberOf(TypedArray.prototype, Symbol.toStringTag).get);
  const nameOf = (prototype) => classOf(prototype)?.name || 'object of its own kind';

  // Plain data of any kind as text, with shared objects and cycles: `j` + JSON, or `g` + a table
  // of objects.
  const save = (value) => {
    const why = changed(() => !isAllAsItWas());
    if (why !== '') throw new NoCopy(why);
    return copyOf(value);
  };
  const copyOf = (value) => {
    if (isPlain(value, safeSet())) return `j${stringify(value)}`;
    const table = [];
    const places = safeMap();
    // Members as [name, value].
    const members = (v, first) => {
      const list = [];
      const all = ownKeys(v);
      for (let i = first; i < all.length; i++) {
        const key = all[i];
        if (key === 'length' && isArray(v)) continue;
        if (typeof key === 'symbol') throw new NoCopy('the state has a member whose name is a symbol');
        const it = memberOf(v, key);
        if (!has(it, 'value')) throw new NoCopy(`the state has the accessor ${key}`);
        if (!it.enumerable || (isExtensible(v) && !(it.writable && it.configurable))) throw new NoCopy(`the state has the read-only member ${key}`);
        push(list, [key, write(it.value)]);
      }
      return list;
    };
    const entryOf = (v) => {
      const entry = {};
      const prototype = getPrototypeOf(v);
      let usual = ObjectPrototype;
      let first = 0;
      if (!isExtensible(v)) entry.f = isFrozen(v) ? 1 : isSealed(v) ? 2 : 3;
      if (prototype === ObjectPrototype || prototype === null) {
        // Nothing inside.
      } else if (isArray(v)) {
        usual = ArrayPrototype;
        entry.l = v.length;
        if (!memberOf(v, 'length').writable && !isFrozen(v)) throw new NoCopy('the state has a list whose length is fixed');
      } else if (prototype === EventPrototype) {
        usual = EventPrototype;
        entry.e = positionOf(v);
      } else if (v instanceof DateType) {
        usual = DateType.prototype;
        entry.d = moment(v);
      } else if (v instanceof SetType) {
        usual = SetType.prototype;
        entry.s = [];
        setEach(v, (member) => { push(entry.s, write(member)); });
      } else if (v instanceof MapType) {
        usual = MapType.prototype;
        entry.m = [];
        mapEach(v, (member, key) => { push(entry.m, [write(key), write(member)]); });
      } else if (v instanceof TypedArray || v instanceof DataViewType) {
        const name = v instanceof DataViewType ? 'DataView' : viewName(v);
        usual = views[name]?.prototype;
        first = name === 'DataView' ? 0 : v.length;
        entry.t = [name, write(v.buffer), v.byteOffset, first || v.byteLength];
      } else if (v instanceof BufferType) {
        usual = BufferType.prototype;
        if (v.resizable) throw new NoCopy('the state has a buffer that can be resized');
        entry.b = base64(new Bytes(v));
      } else if (ownNumbers.get(prototype) === undefined || builtInMembers.has(prototype)) {
        throw new NoCopy(`the state has a ${nameOf(prototype)}`);
      } else {
        for (let it = prototype; it !== ObjectPrototype && it !== null; it = getPrototypeOf(it)) {
          if (ownNumbers.get(it) === undefined) throw new NoCopy(`the state has a ${nameOf(prototype)}`);
        }
      }
      if (prototype !== usual) {
        if (prototype === null) entry.p = -1;
        else if (usual === ObjectPrototype) entry.p = ownNumbers.get(prototype);
        else throw new NoCopy(`the state has a ${nameOf(prototype)}`);
      }
      const list = members(v, first);
      if (list.length > 0) entry.o = list;
      return entry;
    };
    const write = (v) => {
      switch (typeof v) {
        case 'string':
        case 'boolean':
          return v;
        case 'number':
          return isFinite(v) && (v !== 0 || 1 / v > 0) ? v : ['n', v === 0 ? '-0' : `${v}`];
        case 'undefined':
          return ['u'];
        case 'bigint':
          return ['b', `${v}`];
        case 'symbol':
          throw new NoCopy('the state has a symbol');
      }
      if (v === null) return null;
      const number = ownNumbers.get(v);
      if (number !== undefined) return ['o', number];
      if (typeof v === 'function') {
        if (builtInMembers.has(v)) throw new NoCopy('the state has a function of the language');
        throw new NoCopy('the state has a function');
      }
      const known = places.get(v);
      if (known !== undefined) return ['r', known];
      const place = table.length;
      places.set(v, place);
      table[place] = null;
      table[place] = entryOf(v);
      return ['r', place];
    };
    const root = write(value);
    return `g${stringify([root, table])}`;
  };

  const load = (text) => {
    if (text[0] === 'j') return parse(cut(text, 1));
    const written = parse(cut(text, 1));
    const table = written[1];
    // Objects first, their members after: members may point at any of them.
    const objects = [];
    const bare = (entry) => {
      if (entry.d !== undefined) return construct(DateType, [entry.d ?? NaN]);
      if (entry.s) return new SetType();
      if (entry.m) return new MapType();
      if (entry.t) return new views[entry.t[0]](read(entry.t[1]), entry.t[2], entry.t[3]);
      if (entry.b !== undefined) return fromBase64(entry.b).buffer;
      if (entry.l !== undefined) return [];
      if (entry.e !== undefined) {
        const event = new EventRecord([null, null, null, null, null, entry.e], null);
        const names = keys(event);
        for (let i = 0; i < names.length; i++) delete event[names[i]];
        return event;
      }
      return {};
    };
    const object = (place) => {
      if (objects[place] === undefined) {
        const entry = table[place];
        const made = bare(entry);
        if (entry.p !== undefined) setPrototypeOf(made, entry.p === -1 ? null : own[entry.p].value);
        objects[place] = made;
      }
      return objects[place];
    };
    const read = (v) => {
      if (typeof v !== 'object' || v === null) return v;
      switch (v[0]) {
        case 'r': return object(v[1]);
        case 'u': return undefined;
        case 'n': return v[1] === '-0' ? -0 : numberType(v[1]);
        case 'b': return bigType(v[1]);
        default: return own[v[1]].value;
      }
    };
    const root = read(written[0]);
    for (let place = 0; place < table.length; place++) {
      const entry = table[place];
      const made = object(place);
      if (entry.s) for (let i = 0; i < entry.s.length; i++) setAdd(made, read(entry.s[i]));
      if (entry.m) for (let i = 0; i < entry.m.length; i++) mapSet(made, read(entry.m[i][0]), read(entry.m[i][1]));
      if (entry.l) made.length = entry.l;
      const list = entry.o;
      for (let i = 0; list && i < list.length; i++) put(made, list[i][0], read(list[i][1]));
    }
    for (let place = 0; place < table.length; place++) {
      const { f } = table[place];
      if (f === 1) freeze(objects[place]);
      else if (f === 2) seal(objects[place]);
      else if (f === 3) preventExtensions(objects[place]);
    }
    return root;
  };

  // --- The reducer -------------------------------------------------------------------------
  let evolve = (state) => state;
  let initial = () => undefined;
  // Whether what makes it takes the stream's id.
  let takesId = false;
  let upcast = null;
  const slots = [];
  // What folds instead of an export, where the module is a projection: see `projection.js`.
  let projection = null;
  // The slot that was folded in last; null where the module is as it was when it had loaded.
  let folded = null;

  const settled = (value) => {
    if (value instanceof PromiseType) throw new TypeError('a reducer must not be async: it has to return the state, not a Promise of it');
    return value;
  };
  const refused = () => {
    const why = world.refusal();
    if (why !== '') throw new ErrorType(why);
  };

  // Methods of a class that take any event, the likeliest first.
  const GENERAL = ['evolve', 'mutate', 'when', 'apply', 'applyEvent'];
  // Those that mean commands or listeners as often: where there is nothing else.
  const LAST = ['on', 'handle', 'handleEvent'];
  const isClass = (value) => {
    if (typeof value !== 'function' || typeof value.prototype !== 'object' || value.prototype === null) return false;
    if (exec(/^class\b/, textOfFunction(value)) !== null) return true;
    // As older compilers write classes.
    return ownKeys(value.prototype).length > 1;
  };
  const folds = (value) => {
    for (let it = value.prototype; it !== null && it !== ObjectPrototype; it = getPrototypeOf(it)) {
      const names = ownKeys(it);
      for (let i = 0; i < names.length; i++) {
        if (names[i] === 'constructor' || typeof names[i] !== 'string') continue;
        if (exec(/^(?:_*(?:apply|when|on|handle|evolve|mutate))/, names[i]) !== null) return true;
        if (typeof memberOf(it, names[i]).value === 'function') return true;
      }
    }
    return false;
  };
  // `order-placed` as OrderPlaced.
  const pascal = (type) => replace(replace(type, /[^\p{L}\p{N}]+(\p{L}|\p{N})/gu, (_, letter) => upper(letter)), /^./u, (letter) => upper(letter));
  const methodsFor = (type) => {
    const name = pascal(type);
    const short = exec(/[^.:/]+$/, type)?.[0] ?? type;
    const list = [];
    for (const part of [name, pascal(short)]) {
      const snake = lower(replace(part, /(?!^)(\p{Lu})/gu, '_$1'));
      for (const before of ['apply', 'when', 'on', 'handle', 'evolve', 'mutate']) {
        push(list, `${before}${part}`);
        push(list, `_${before}${part}`);
        push(list, `${before}_${snake}`);
        push(list, `${before}_${part}`);
      }
      push(list, snake);
      push(list, `${lower(part[0] ?? '')}${cut(part, 1)}`);
      push(list, part);
    }
    push(list, type);
    return list;
  };
  const methodNames = safeMap();
  // The next state is the instance, or another one that the method returns.
  const ofClass = (type) => (state, event) => {
    const result = callOf(state, event);
    return result instanceof type || result instanceof PromiseType ? result : state;
  };
  const callOf = (state, event) => {
    for (let i = 0; i < GENERAL.length; i++) {
      const handler = state[GENERAL[i]];
      if (typeof handler === 'function' && handler.length < 2) return apply(handler, state, [event]);
    }
    let names = methodNames.get(event.type);
    if (names === undefined) {
      names = methodsFor(event.type);
      methodNames.set(event.type, names);
    }
    for (let i = 0; i < names.length; i++) {
      const handler = names[i] in ObjectPrototype ? undefined : state[names[i]];
      if (typeof handler === 'function') return apply(handler, state, [event]);
    }
    for (let i = 0; i < LAST.length; i++) {
      const handler = state[LAST[i]];
      if (typeof handler === 'function') return apply(handler, state, [event]);
    }
    return state;
  };

  // What an export is: 'function', 'class', 'decider', 'handlers', or '' for none of them.
  const kindOf = (value) => {
    if (typeof value === 'function') return !isClass(value) ? 'function' : folds(value) ? 'class' : '';
    if (typeof value !== 'object' || value === null || isArray(value)) return '';
    if (typeof value.evolve === 'function' || typeof value.reducer === 'function') return 'decider';
    const names = keys(value);
    let handlers = 0;
    for (let i = 0; i < names.length; i++) if (typeof value[names[i]] === 'function') handlers++;
    let others = 0;
    if (has(value, '$init') && typeof value.$init !== 'function') others++;
    if (has(value, 'initialState') && typeof value.initialState !== 'function') others++;
    return handlers > 0 && handlers + others >= names.length ? 'handlers' : '';
  };
  const NO_REDUCERS = ['initialState', 'upcast', 'reducers', '__esModule', 'module.exports'];
  // The exports that can fold events, as [name, kind], in the module's order.
  const list = (namespace) => {
    if (projection !== null) {
      const { allStreams: all, categories, streams } = projection.sources;
      return [{ name: 'projection', kind: 'projection', reads: { all, categories: categories ?? [], streams: streams ?? [] } }];
    }
    const found = [];
    const look = (prefix, object) => {
      const names = keys(object);
      for (let i = 0; i < names.length; i++) {
        let isReducer = true;
        for (let k = 0; k < NO_REDUCERS.length; k++) if (prefix === '' && names[i] === NO_REDUCERS[k]) isReducer = false;
        const kind = isReducer ? kindOf(object[names[i]]) : '';
        if (kind !== '') push(found, { name: `${prefix}${names[i]}`, kind });
      }
    };
    look('', namespace);
    const { reducers } = namespace;
    if (typeof reducers === 'object' && reducers !== null) look('reducers.', reducers);
    return found;
  };

  // Makes an export the one that folds.
  const use = (namespace, name, words) => {
    oddMembers = (words & 2) !== 0 ? 2 : words & 1;
    handsOn = (words & 4) !== 0;
    if (projection !== null) {
      initial = projection.start;
      return;
    }
    const isListed = cut(name, 0, 9) === 'reducers.';
    const value = isListed ? namespace.reducers[cut(name, 9)] : namespace[name];
    upcast = typeof namespace.upcast === 'function' ? namespace.upcast : null;
    // As a program calls it: of what it belongs to.
    let owner = namespace;
    let given = namespace.initialState;
    takesId = false;
    const kind = kindOf(value);
    if (kind === '') throw new ErrorType(`it has no export ${name} that can fold events`);
    if (kind === 'function') {
      evolve = value;
    } else if (kind === 'class') {
      evolve = ofClass(value);
      given = (streamId) => construct(value, streamId === undefined ? [] : [streamId]);
      // A class without a constructor of its own has that of the class it extends.
      for (let it = value; typeof it === 'function' && !builtInMembers.has(it); it = getPrototypeOf(it)) {
        if (it.length > 0) takesId = true;
      }
    } else if (kind === 'decider') {
      const step = value.evolve ?? value.reducer;
      evolve = (state, event) => apply(step, value, [state, event]);
      if ('initialState' in value) [owner, given] = [value, value.initialState];
    } else {
      evolve = (state, event) => {
        const handler = has(value, event.type) ? value[event.type] : value.$any;
        return typeof handler === 'function' ? apply(handler, value, [state, event]) : state;
      };
      const name = '$init' in value ? '$init' : 'initialState';
      if (name in value) [owner, given] = [value, value[name]];
    }
    initial = (streamId) => settled(typeof given === 'function' ? apply(given, owner, streamId === undefined ? [] : [streamId]) : given);
  };

  // The user's own line, not one of the host.
  const ownPlace = /[\s(](?:file:\/\/)?((?!eval_script:|node:|\[eval)[^\s()]+:\d+:\d+)/;
  const messageOf = (error) => {
    // What is thrown may throw itself when it is looked at.
    try { return wordsOf(error); } catch { return 'threw what has no message that can be read'; }
  };
  const wordsOf = (error) => {
    if (error instanceof ErrorType) return wellFormed(world.messageOf?.(error) ?? `${error.name}: ${error.message}`);
    // As an engine throws it that has no memory left for an error, nor for a text of it.
    if (error === null) return 'threw null';
    let text;
    try { text = stringify(error); } catch { text = undefined; }
    return wellFormed(`threw ${text ?? typeof error}`);
  };
  const placeOf = (error) => {
    try {
      if (!(error instanceof ErrorType)) return '';
      if (world.placeOf) return wellFormed(world.placeOf(error));
      const place = exec(ownPlace, ` ${error.stack ?? ''}`);
      return place ? wellFormed(place[1]) : '';
    } catch {
      return '';
    }
  };
  const refusedAs = () => (world.isClock?.() ? 'clock' : 'refused');
  // What was thrown: `{ why, message, place }`, `why` one of refused, clock, no_copy, outside, threw.
  const thrown = (error) => {
    const refusal = world.refusal();
    if (refusal !== '') return { why: refusedAs(), message: refusal, place: placeOf(error) };
    if (isNoCopy(error)) return { why: 'no_copy', message: `${error.why}`, place: '' };
    if (isLookedAt(error)) return { why: 'threw', message: 'the state changes when it is looked at, for good: its toJSON, toState or accessors write what they must only read', place: '', fatal: true };
    return { why: 'threw', message: messageOf(error), place: placeOf(error) };
  };

  // Another slot than the last: what the module keeps must not go from one fold to another.
  const enter = (slot) => {
    if (folded === null || folded === slot) return '';
    const why = changedOutside();
    if (why === '') folded = null;
    return why;
  };
  const one = (state, event) => {
    if (upcast === null) return settle(state, evolve(state, event));
    const given = upcast(event);
    if (!isArray(given)) return given === undefined || given === null ? state : settle(state, evolve(state, given));
    for (let i = 0; i < given.length; i++) state = settle(state, evolve(state, given[i]));
    return state;
  };
  const settle = (state, result) => (result !== undefined && result !== state ? settled(result) : state);

  // An event as a projection takes it: type, number, id, whether it is JSON, time, and the texts
  // of its data and metadata.
  const projected = (row, streamId) => ({
    type: row[0], number: row[1], id: row[2], isJson: row[3], created: row[4], body: row[5], metadata: row[6], link: null,
    stream: row[7] ?? streamId,
  });
  // Folds one row in a projection; what it would write goes to `out` with the place of the row.
  const project = (state, row, streamId, place, out) => {
    projection.step(state, projected(row, streamId));
    const { emitted, logs } = projection.last();
    for (let i = 0; emitted !== undefined && i < emitted.length; i++) push(out.emitted, [place, emitted[i]]);
    for (let i = 0; logs !== undefined && i < logs.length; i++) push(out.logs, [place, wellFormed(logs[i])]);
    return state;
  };

  // Copies the state that stands behind a row, and says when the next copy is due.
  const keep = (state, place, every, copied) => {
    const start = world.now();
    let due = place + every;
    try {
      const why = changed();
      if (why !== '') throw new NoCopy(why);
      push(copied.made, [place, copyOf(state)]);
      refused();
    } catch (error) {
      copied.refused = thrown(error);
      due = 0;
    }
    const took = world.now() - start;
    copied.milliseconds += took;
    // One that takes long is asked for by itself.
    return took > 20 ? 0 : due;
  };
  // To look at every member of the language takes longer than a copy: once for all of them.
  const sift = (copied) => {
    if (copied.made.length === 0 || isAllAsItWas()) return;
    copied.made = [];
    copied.refused = thrown(new NoCopy(CHANGES_LANGUAGE));
  };

  // Folds rows until one throws: `{ done }` or `{ done, thrown }`; of a projection also what it
  // would have written, `emitted`, and its `logs`. With `due` the state is copied after so many
  // rows, and every so many after them: `copied` has the texts of the copies with their places, why
  // there are no more, and how long they took.
  const step = (slot, rows, streamId, due = 0, every = 0) => {
    const outside = enter(slot);
    if (outside !== '') return { done: 0, thrown: { why: 'outside', message: outside, place: '' } };
    folded = slot;
    let state = slots[slot];
    const out = { done: 0, emitted: [], logs: [], copied: { made: [], refused: undefined, milliseconds: 0 } };
    let i = 0;
    try {
      for (; i < rows.length; i++) {
        world.count(rows[i]);
        if (rows[i] !== null) {
          state = projection === null ? one(state, new EventRecord(rows[i], streamId)) : project(state, rows[i], streamId, i, out);
          const why = world.refusal();
          if (why !== '') {
            out.done = i;
            out.thrown = { why: refusedAs(), message: why, place: '' };
            return out;
          }
        }
        if (i + 1 === due) due = keep(state, due, every, out.copied);
      }
    } catch (error) {
      out.done = i;
      out.thrown = thrown(error);
      return out;
    } finally {
      sift(out.copied);
    }
    slots[slot] = state;
    out.done = i;
    return out;
  };
  // Enters a slot to put another state there.
  const fresh = (slot) => {
    const why = folded === null ? '' : changedOutside();
    if (why !== '') throw new NoCopy(why);
    folded = null;
  };

  return {
    // Makes a projection what folds; returns what gives its variables.
    project: (open, script) => {
      projection = open(script);
      return projection.variables;
    },
    list,
    loaded,
    use,
    step,
    thrown,
    parse,
    start: (slot, streamId) => {
      fresh(slot);
      slots[slot] = takesId ? initial(streamId) : initial();
      refused();
    },
    show: (slot) => {
      const text = projection !== null ? projection.show(slots[slot]) : exportText(slots[slot]);
      refused();
      return text;
    },
    save: (slot) => save(slots[slot]),
    restore: (slot, text) => {
      fresh(slot);
      slots[slot] = load(text);
    },
    // Goes back to a copy that was read already.
    put: (slot, state) => {
      fresh(slot);
      slots[slot] = state;
    },
  };
})
