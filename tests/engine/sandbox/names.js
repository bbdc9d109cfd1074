// The names that a program finds, and what they are. Of the language's own each member is
// looked at, of what a host adds whether it is there and a function.
() => {
  const language = new Set(
    (
      "AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError " +
      "FinalizationRegistry Float32Array Float64Array Function Int16Array Int32Array Int8Array JSON Map Math Number Object " +
      "Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError " +
      "URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet URL URLSearchParams " +
      "TextEncoder TextDecoder AbortController AbortSignal EventTarget CustomEvent DOMException decodeURI " +
      "decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN parseFloat parseInt"
    ).split(" "),
  );
  const out = [];
  const isHidden = (name) => (typeof name === "symbol" ? !/^Symbol\(Symbol\./.test(String(name)) : /^_|^\$eventglass/.test(name));
  const walk = (path, object, isWhole) => {
    for (const name of Reflect.ownKeys(object)) {
      if (isHidden(name) || (typeof object === "function" && ["arguments", "caller", "prototype", "length", "name"].includes(name))) continue;
      const it = Object.getOwnPropertyDescriptor(object, name);
      const isFunction = typeof it.value === "function";
      const detail = !isWhole ? "" : isFunction && name !== "constructor" ? ` ${it.value.length} ${it.value.name}` : it.get || it.set ? ` ${typeof it.get} ${typeof it.set}` : ` ${typeof it.value}`;
      if (isWhole || typeof name === "string") out.push(`${path}.${String(name)}: ${isFunction ? "function" : "other"}${detail}`);
    }
    if (typeof object === "function" && object.prototype && /^[%A-Z]/.test(path)) walk(`${path}.prototype`, object.prototype, isWhole);
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (isHidden(name) || name === "process" || name === "console") continue;
    const value = globalThis[name];
    out.push(`${name}: ${typeof value}`);
    if (typeof value === "function" || (typeof value === "object" && value !== globalThis)) walk(name, value, language.has(name));
  }
  const generator = function* () {};
  const later = async function* () {};
  const up = Object.getPrototypeOf;
  const more = {
    Iterator: up(up([][Symbol.iterator]())), ArrayIterator: up([][Symbol.iterator]()), MapIterator: up(new Map()[Symbol.iterator]()),
    SetIterator: up(new Set()[Symbol.iterator]()), StringIterator: up(""[Symbol.iterator]()), RegExpIterator: up("a".matchAll(/a/g)),
    Generator: up(generator), GeneratorObject: up(generator).prototype, AsyncGenerator: up(later),
    AsyncGeneratorObject: up(later).prototype, TypedArray: up(Uint8Array), AsyncFunction: up(async function () {}),
  };
  for (const name of Object.keys(more)) walk(`%${name}`, more[name], true);
  for (const name of ["log", "warn", "table", "group", "groupEnd", "count", "assert", "time", "dir", "trace"]) out.push(`console.${name}: ${typeof console[name]}`);
  for (const name of ["env", "version", "versions", "platform", "nextTick", "hrtime", "cwd", "exit", "on", "browser", "argv"]) out.push(`process.${name}: ${name in process}`);
  return out.sort();
}
