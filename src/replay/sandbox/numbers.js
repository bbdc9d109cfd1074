// Numbers: the functions of Math by V8's algorithms, `**`, and texts in other bases.
(kit) => {
  'use strict';
  const { natives, native, define, equip, method, lacks } = kit;
  const { sqrt, abs } = Math;
  const { apply, construct } = Reflect;
  const { defineProperty } = Object;
  for (const name of ['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'cbrt']) {
    define(Math, name, native(natives[name], name, 1));
  }
  for (const name of ['pow', 'atan2']) define(Math, name, native(natives[name], name, 2));
  const hypot = (numbers, count) => {
    let most = 0;
    let isNaN = false;
    for (let i = 0; i < count; i++) {
      const size = (numbers[i] = abs(numbers[i]));
      if (size !== size) isNaN = true;
      else if (size > most) most = size;
    }
    if (most === Infinity) return Infinity;
    if (isNaN) return NaN;
    if (most === 0) return 0;
    let sum = 0;
    let lost = 0;
    for (let i = 0; i < count; i++) {
      const share = numbers[i] / most;
      const more = share * share - lost;
      const next = sum + more;
      lost = next - sum - more;
      sum = next;
    }
    return sqrt(sum) * most;
  };
  const withNumbers = {
    hypot(_a, _b) {
      const count = arguments.length;
      for (let i = 0; i < count; i++) arguments[i] = +arguments[i];
      return hypot(arguments, count);
    },
  };
  equip(Math, withNumbers);

  // What stands for `a ** b` in the sources: see rewrite.rs.
  const { pow } = natives;
  const power = (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return pow(a, b);
    const base = -(-a);
    const exponent = -(-b);
    return typeof base === 'number' && typeof exponent === 'number' ? pow(base, exponent) : base ** exponent;
  };
  const hidden = (name, value) => Object.defineProperty(globalThis, name, { value, writable: false, enumerable: false, configurable: false });
  hidden('$eventglassPower', native(power, '', 2));
  hidden('$eventglassRaise', native((object, key, by) => (object[key] = power(object[key], by)), '', 3));


  // Code that is made while it runs.
  const hasPower = method(String.prototype.includes);
  const run = eval;
  const codeOf = (given) => {
    if (typeof given !== 'string' || !(hasPower(given, '**') || hasPower(given, 'eval'))) return given;
    return natives.rewrite(given) ?? (hasPower(given, '**') ? lacks('a text with ** that is run by eval') : given);
  };
  hidden('$eventglassCode', native(codeOf, '', 1));
  hidden('$eventglassEval', native((given) => run(codeOf(given)), 'eval', 1));

  // Comparisons of a number without end with one that has a point; the engine takes some of
  // those below zero for the other way round. `turned` asks for > and >=.
  const { floor } = Math;
  const big = BigInt;
  const primitive = (value) => {
    if (typeof value !== 'object' && typeof value !== 'function' || value === null) return value;
    // Numbers first, as comparisons ask.
    const exotic = value[Symbol.toPrimitive];
    if (exotic === undefined || exotic === null) {
      const plain = value.valueOf;
      if (typeof plain === 'function') {
        const found = apply(plain, value, []);
        if (typeof found !== 'object' && typeof found !== 'function' || found === null) return found;
      }
      return value.toString();
    }
    return apply(exotic, value, ['number']);
  };
  const isOdd = (a, b) => typeof a === 'bigint' && typeof b === 'number' && a < 0n && b < 0 && b - b === 0;
  // -1, 0 or 1: how a number without end stands to a finite one.
  const stand = (a, b) => {
    const below = floor(b);
    const whole = big(below);
    return a < whole ? -1 : a > whole ? 1 : below === b ? 0 : -1;
  };
  const compare = (a, b, turned, orEqual) => {
    if (typeof a === 'object' || typeof a === 'function') a = primitive(a);
    if (typeof b === 'object' || typeof b === 'function') b = primitive(b);
    let order;
    if (isOdd(a, b)) order = stand(a, b);
    else if (isOdd(b, a)) order = -stand(b, a);
    else return turned === undefined ? (orEqual ? a <= b : a < b) : orEqual ? a >= b : a > b;
    if (order === 0) return orEqual;
    return turned === undefined ? order < 0 : order > 0;
  };
  hidden('$eventglassSpread', native((value) => {
    if (typeof value !== 'string') return value;
    const letters = {};
    for (let i = 0; i < value.length; i++) defineProperty(letters, i, { value: value[i], writable: true, enumerable: true, configurable: true });
    return letters;
  }, '', 1));
  hidden('$eventglassLess', native((a, b, turned) => (typeof a === 'number' && typeof b === 'number' ? (turned === undefined ? a < b : a > b) : compare(a, b, turned, false)), '', 2));
  hidden('$eventglassLessOrEqual', native((a, b, turned) => (typeof a === 'number' && typeof b === 'number' ? (turned === undefined ? a <= b : a >= b) : compare(a, b, turned, true)), '', 2));
  const makers = [[Function, 'function'], [(async () => {}).constructor, 'async function'], [(function* () {}).constructor, 'function*'], [(async function* () {}).constructor, 'async function*']];
  for (const [Type, head] of makers) {
    const make = (args, target) => {
      let isPlain = true;
      for (let i = 0; i < args.length; i++) {
        args[i] = `${args[i]}`;
        if (hasPower(args[i], '**')) isPlain = false;
      }
      if (isPlain) return construct(Type, args, target);
      let names = '';
      for (let i = 0; i < args.length - 1; i++) names += i === 0 ? args[i] : `,${args[i]}`;
      return run(codeOf(`(${head} anonymous(${names}\n) {\n${args[args.length - 1]}\n})`));
    };
    const Made = new Proxy(Type, {
      construct: (_, args, target) => make(args, target === Made ? Type : target),
      apply: (_, self, args) => make(args, Type),
    });
    native(Made, Type.name, 1);
    Object.defineProperty(Type.prototype, 'constructor', { value: Made });
    if (Type === Function) define(globalThis, 'Function', Made);
  }

  const toText = method(Number.prototype.toString);
  const valueOf = method(Number.prototype.valueOf);
  const { isFinite } = Number;
  const RangeType = RangeError;
  // parseInt of long texts adds up parts as V8 does, with its rounding.
  const plainInt = parseInt;
  const trim = method(String.prototype.trim);
  const longInt = (given, base) => {
    let text = trim(given);
    const isNegative = text[0] === '-';
    let at = isNegative || text[0] === '+' ? 1 : 0;
    let value = 0;
    for (let isOver = false; !isOver;) {
      let part = 0;
      let weight = 1;
      for (;;) {
        const digit = at < text.length ? plainInt(text[at], base) : NaN;
        if (digit !== digit) {
          isOver = true;
          break;
        }
        const next = weight * base;
        if (next > 119_304_647) break;
        part = part * base + digit;
        weight = next;
        at++;
      }
      value = value * weight + part;
    }
    return isNegative ? -value : value;
  };
  const numberOf = {
    parseInt(text, radix) {
      if (typeof text === 'number' && radix === undefined) return plainInt(text);
      const given = `${text}`;
      const base = radix | 0;
      const found = plainInt(given, base);
      if (base === 0 || base === 10 || (base & (base - 1)) === 0 || (found < 0x20000000000000 && found > -0x20000000000000) || found !== found) return found;
      return longInt(given, base);
    },
  };
  equip(globalThis, numberOf);
  define(Number, 'parseInt', parseInt);
  equip(Number.prototype, {
    toString(radix) {
      const value = valueOf(this);
      if (radix === undefined) return toText(value);
      const base = +radix;
      const whole = base - (base % 1);
      if (!(whole >= 2 && whole <= 36)) throw new RangeType('toString() radix must be between 2 and 36');
      return whole === 10 || !isFinite(value) ? toText(value) : natives.inBase(value, whole);
    },
    toLocaleString() { return lacks('toLocaleString'); },
  });
  equip(BigInt.prototype, { toLocaleString() { return lacks('toLocaleString'); } });
}
