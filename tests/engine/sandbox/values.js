// Builtins and operators with odd arguments, made by chance.
(seed) => {
  let s = seed;
  const r = () => {
    s = Math.imul(s, 1103515245) + 12345 & 2147483647;
    return s / 2147483648;
  };
  const pick = (l) => l[Math.floor(r() * l.length)];
  const show = (v, d = 0) => {
    if (typeof v === "number") return Object.is(v, -0) ? "-0" : String(v);
    if (typeof v === "string") return JSON.stringify(v);
    if (typeof v === "bigint") return v + "n";
    if (typeof v === "symbol") return v.toString();
    if (typeof v === "function") return `fn ${v.name}/${v.length}`;
    if (v === null || v === void 0 || typeof v === "boolean") return String(v);
    if (d > 4) return "...";
    if (Array.isArray(v)) {
      const p2 = [];
      for (let i = 0; i < Math.min(v.length, 50); i++) p2.push(i in v ? show(v[i], d + 1) : "<hole>");
      for (const k of Object.keys(v)) if (!/^\d+$/.test(k)) p2.push(k + "=" + show(v[k], d + 1));
      return `[${p2}]#${v.length}`;
    }
    const tag = Object.prototype.toString.call(v);
    if (v instanceof Map) return "Map" + show([...v], d + 1);
    if (v instanceof Set) return "Set" + show([...v], d + 1);
    if (v instanceof Date) return "Date " + v.getTime();
    if (v instanceof RegExp) return `${v} ${v.lastIndex}`;
    if (v instanceof Error) return "E:" + v.name;
    if (v instanceof Promise) return "Promise";
    if (ArrayBuffer.isView(v)) return tag + (v.length === void 0 ? v.byteLength : show([...v].slice(0, 40), d + 1));
    if (v instanceof ArrayBuffer) return "AB" + v.byteLength;
    if (/Iterator|Generator/.test(tag)) return tag + show([...v].slice(0, 50), d + 1);
    const p = [];
    if (v === Object.prototype || v === String.prototype || v === Number.prototype || v === Date.prototype || v === RegExp.prototype || v === Function.prototype || v === Map.prototype || v === Set.prototype || v === Array.prototype || v === Symbol.prototype || v === BigInt.prototype || v === ArrayBuffer.prototype || v === DataView.prototype || v === WeakMap.prototype) return "proto";
    for (const k of Reflect.ownKeys(v)) {
      const dd = Object.getOwnPropertyDescriptor(v, k);
      p.push(String(k) + (dd.writable === false ? "!" : "") + (dd.enumerable ? "" : "~") + ":" + ("value" in dd ? show(dd.value, d + 1) : "acc"));
    }
    return `${tag}{${p}}${Object.getPrototypeOf(v) === null ? "null" : ""}`;
  };
  const V = ["0", "-0", "1", "-1", "2", "3", "10", "0.5", "-1.5", "1e21", "1e-7", "123456789", "0.1+0.2", "NaN", "Infinity", "-Infinity", "2147483648", "4294967296", "9007199254740993", "5e-324", "1.7976931348623157e308", "undefined", "null", "true", "false", '""', '"a"', '"abc"', '"Hello World"', '"  x "', '"10"', '"0x1f"', '"1e3"', '"-5"', '"é"', '"ß"', '"😀x"', '"\\ud800"', '"a,b,,c"', '"aaa"', '"$1$&"', '"\\u0130"', '"Σας"', '"12px"', '"İ"', "1n", "-5n", "10n", "0n", "123456789012345678901234567890n", "[]", "[1,2,3]", "[3,1,2]", "[1,,3]", '["b","a",undefined,"c"]', "[[1,[2,[3]]],4]", '[1,"1",true,null]', "{}", "{a:1}", "{a:1,b:{c:2}}", '{length:2,0:"x",1:"y"}', "{valueOf(){return 7}}", '{toString(){return "ts"}}', "{[Symbol.toPrimitive](h){return h}}", '{2:"b",1:"a",x:0}', "(x)=>x", "(a,b)=>a-b", "(a,b)=>a>b", "function(x,y){return y}", "(x)=>x*2", "(x)=>[x,x]", "(acc,x)=>acc+x", "(x)=>x>1", 'new Map([[1,2],["a",{}]])', 'new Set([1,"1",NaN])', "new Date(0)", "new Date(NaN)", "new Date(1709249400123)", "/a/g", "/(b)(?<n>c)?/", "/[a-z]+/giu", "/\\d/y", "/(?:)/", "/,/", "/l+/gd", "Symbol.iterator", 'Symbol("q")', "new Uint8Array([1,2,300])", "new Float64Array([1.5,-0,NaN])", "new Int16Array(3)", "new BigInt64Array([1n,-1n])", "new ArrayBuffer(8)", "new DataView(new ArrayBuffer(16))", 'new Error("m")', 'new TypeError("t",{cause:1})', "Object.freeze([1,2])", "Object.freeze({a:1})", "Object.create(null)", "new (class A{x=1;#y=2;get z(){return 3}})", "new Proxy({a:1},{})", "[NaN,0,-0]", "Array(3)", 'new String("st")', "new Number(5)", "Object(1n)", "new WeakMap()", "Promise.resolve(1)", "arguments0", "[1,2,3][Symbol.iterator]()", "(function*(){yield 1;yield 2})()", "globalThis.nothing", '"x".repeat(20)', '[10,9,1,100,"b",null]', '["x","y"].entries()', '"2024-02-30"', '"en"', '"NFD"', '"utf-8"', '"{\\"a\\":[1,{}]}"', '"[1,2"', '"%41%zz"', '"https://a.b/c?d=e#f"', "36", "16", "100", "-100", "7"];
  const objs = { Array, "Array.prototype": Array.prototype, String, "String.prototype": String.prototype, Number, "Number.prototype": Number.prototype, Math, Object, "Object.prototype": Object.prototype, JSON, Map, "Map.prototype": Map.prototype, Set, "Set.prototype": Set.prototype, Date, "Date.prototype": Date.prototype, RegExp, "RegExp.prototype": RegExp.prototype, Reflect, BigInt, "BigInt.prototype": BigInt.prototype, Symbol, "Symbol.prototype": Symbol.prototype, "Boolean.prototype": Boolean.prototype, "Function.prototype": Function.prototype, ArrayBuffer, "ArrayBuffer.prototype": ArrayBuffer.prototype, "DataView.prototype": DataView.prototype, "Error.prototype": Error.prototype, "WeakMap.prototype": WeakMap.prototype, "Object.getPrototypeOf(Uint8Array)": Object.getPrototypeOf(Uint8Array), "Object.getPrototypeOf(Uint8Array).prototype": Object.getPrototypeOf(Uint8Array).prototype, Uint8Array, Int32Array, globalThis };
  const skip = /^(getOwnPropertyNames|ownKeys|getOwnPropertyDescriptors|eval|gc|setTimeout|setInterval|setImmediate|fetch|Function|require|print|importScripts|queueMicrotask|toLocale.*|localeCompare|now|random|console|process|captureStackTrace|repeat0|padEnd0|wait|waitAsync|SEED|__refusal|structuredClone0|performance|crypto|navigator|global|globalThis|input|lastMatch|lastParen|leftContext|rightContext|\$.*|asIntN0|caller|arguments|stack|prepareStackTrace|stackTraceLimit|__defineGetter__0|set0)$/;
  const calls = [];
  for (const [n, o] of Object.entries(objs)) for (const k of Object.getOwnPropertyNames(o)) {
    if (skip.test(k)) continue;
    let d = Object.getOwnPropertyDescriptor(o, k);
    if (n === "globalThis" && !/^(parse|is|encode|decode|escape|unescape|atob|btoa|structuredClone|URL|URLSearchParams|Array$|Object$|String$|Number$|Boolean$|BigInt$|Symbol$|Map$|Set$|Date$|RegExp$|Error$|TypeError$|RangeError$|AggregateError$)/.test(k)) continue;
    if (n === "globalThis" || typeof d.value === "function") calls.push([n, k, "f"]);
    else if (d.get) calls.push([n, k, "g"]);
  }
  calls.sort((a, b) => a[0] + a[1] < b[0] + b[1] ? -1 : 1);
  const ctors = ["Array", "Map", "Set", "Date", "RegExp", "String", "Number", "Object", "Error", "Uint8Array", "Float32Array", "BigUint64Array", "ArrayBuffer", "DataView", "Int8Array", "Uint8ClampedArray", "URL", "URLSearchParams", "Proxy", "WeakMap", "WeakSet", "AggregateError", "WeakSet"];
  const ops = ["+", "-", "*", "/", "%", "**", "<", "<=", ">", ">=", "==", "!=", "===", "!==", "&", "|", "^", "<<", ">>", ">>>", "&&", "||", "??", "in", "instanceof", ","];
  const out = [];
  const run = (code) => {
    if (/^Date\(|URL\(.*Error|getOwnPropertyDescriptor.*(Error|"__proto__")|\(x\)=>\[x,x\]|\*\*|getPrototypeOf|setPrototypeOf|__proto__|createObjectURL/.test(code)) return;
    let t;
    try {
      const v = (0, eval)(`(()=>{const arguments0=(function(){return arguments})(1,2); const r=${code}; return r})`)();
      t = show(v);
    } catch (e) {
      t = e && typeof e === "object" && "name" in e ? `! ${e.name}` : "! " + String(e);
    }
    out.push(code + " => " + t);
  };
  const N = 3e3;
  for (let i = 0; i < N; i++) {
    const x2 = r();
    const args = [];
    for (let n = Math.floor(r() * 4); n > 0; n--) args.push(pick(V));
    if (x2 < 0.72) {
      const [n, k, kind] = pick(calls);
      const isProto = n.endsWith("prototype");
      if (kind === "g") {
        if (isProto) run(`Reflect.get(${n}, ${JSON.stringify(k)}, ${pick(V)})`);
        continue;
      }
      if (/^(repeat|padEnd|padStart|fill|Array|from)$/.test(k) && /e21|e308|2147|4294|1234567|9007/.test(args.join())) continue;
      if (k === "constructor") continue;
      if (isProto) {
        const self = pick(V);
        run(`${n}[${JSON.stringify(k)}].call(${[self, ...args].join(", ")})`);
      } else run(`${n === "globalThis" ? k : `${n}.${k}`}(${args.join(", ")})`);
    } else if (x2 < 0.8) {
      const c = pick(ctors);
      if (/e21|e308|2147|4294|1234567|9007|Infinity/.test(args.join()) && /Array|Buffer/.test(c)) continue;
      if (c === "Date" && args.length === 0) continue;
      run(`new ${c}(${args.join(", ")})`);
    } else if (x2 < 0.93) {
      const o = pick(ops);
      let [a, b] = [pick(V), pick(V)];
      if (o === "**") {
        a = `(${a})`;
        if (/n$/.test(b) || /n$/.test(a)) continue;
      }
      if (o === "<<" && /n/.test(a + b) || o === "*" && 0) continue;
      run(`(${a}) ${o} (${b})`);
    } else if (x2 < 0.96) run(`${pick(["typeof", "-", "+", "!", "~", "void"])} (${pick(V)})`);
    else run(`JSON.stringify(${[pick(V), pick(["null", '["a"]', '(k,v)=>typeof v==="number"?v+1:v', "undefined"]), pick(["2", '"--"', "undefined"])].join(", ")})`);
  }
  return out.map((line) => line.toWellFormed());
}
