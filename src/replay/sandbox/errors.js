// Errors. The words of an error that the engine itself throws are V8's where those are known
// exactly; else to read them is refused. What the module made keeps its own. Stacks name places
// of the machine that runs them, and are refused.
(kit) => {
  'use strict';
  const { natives, world, native, define, method, memberOf, lacks, marked, isMarked } = kit;
  const { defineProperty, getPrototypeOf, setPrototypeOf } = Object;
  const { construct, getOwnPropertyDescriptor: reflected } = Reflect;
  const WeakMapType = WeakMap;
  const [recordOf, record] = [method(WeakMap.prototype.get), method(WeakMap.prototype.set)];
  const exec = method(RegExp.prototype.exec);
  const ErrorType = Error;
  // What the engine said of each error, and where: for whoever reports it.
  const records = new WeakMapType();

  // --- Words ----------------------------------------------------------------------------------
  const NAME = /^[A-Za-z_$][\w$]{0,40}$/;
  const KEY = /^[\w$ .:/@-]{1,40}$/;
  const same = {
    'Maximum call stack size exceeded': true,
  };
  const known = {
    'invalid array length': 'Invalid array length',
    'BigInt division by zero': 'Division by zero',
    'cannot mix bigint and other types': 'Cannot mix BigInt and other types, use explicit conversions',
    'cannot mix BigInt and other types, use explicit conversions': 'Cannot mix BigInt and other types, use explicit conversions',
  };
  const forms = [
    [/^cannot read property '(.*)' of (undefined|null)$/, (it) => exec(KEY, it[1]) && exec(/^Symbol\./, it[1]) === null && `Cannot read properties of ${it[2]} (reading '${it[1]}')`],
    [/^cannot set property '(.*)' of (undefined|null)$/, (it) => exec(KEY, it[1]) && exec(/^Symbol\./, it[1]) === null && `Cannot set properties of ${it[2]} (setting '${it[1]}')`],
    [/^(.*) is not defined$/, (it) => exec(NAME, it[1]) && it[0]],
    [/^(.*) is not initialized$/, (it) => exec(NAME, it[1]) && it[1] !== 'this' && `Cannot access '${it[1]}' before initialization`],
  ];
  // V8's words for the engine's, or '' where they are not known for sure.
  const wordsOf = (said, isNative) => {
    if (said in same) return said;
    if (said in known) return known[said];
    if (isNative) return '';
    for (let i = 0; i < forms.length; i++) {
      const found = exec(forms[i][0], said);
      if (found !== null) return forms[i][1](found) || '';
    }
    return '';
  };
  setPrototypeOf(same, null);
  setPrototypeOf(known, null);

  // --- Errors as they are made -------------------------------------------------------------------
  const refusing = new WeakSet();
  const guard = (error, name, what) => {
    const get = function () {
      // While a module loads libraries look for their own file there.
      return name === 'stack' && kit.isLoading() ? `${world.messageOf(error)}\n    at <anonymous>` : lacks(what);
    };
    marked(refusing, get);
    defineProperty(error, name, {
      get: native(get, name, 0),
      set: native(function (value) { defineProperty(this, name, { value, writable: true, enumerable: false, configurable: true }); }, name, 1),
      enumerable: false,
      configurable: true,
    });
  };
  const STACK = 'the stack of an error';
  const WORDING = 'the wording (message) of an error that the engine makes';
  // Errors that the module, or one of these files, makes under way.
  let made = 0;
  const placeOf = (sites) => {
    for (let i = 0; i < sites.length; i++) {
      const file = fileOf(sites[i]);
      if (typeof file === 'string' && file !== '' && file !== 'eval_script' && file !== '<eval>') return `${file}:${lineOf(sites[i])}:${columnOf(sites[i])}`;
    }
    return '';
  };
  let fileOf;
  let lineOf;
  let columnOf;
  let isNativeSite;
  const hook = (error, sites) => {
    if (typeof error !== 'object' || error === null || recordOf(records, error) !== undefined) return '';
    if (fileOf === undefined && sites.length > 0) {
      const site = getPrototypeOf(sites[0]);
      fileOf = method(site.getFileName);
      lineOf = method(site.getLineNumber);
      columnOf = method(site.getColumnNumber);
      isNativeSite = method(site.isNative);
    }
    const own = made > 0;
    if (own) made = 0;
    const said = memberOf(error, 'message')?.value;
    record(records, error, { place: placeOf(sites), said: own ? undefined : said });
    if (!own && typeof said === 'string' && error instanceof ErrorType) {
      const words = wordsOf(said, sites.length > 0 && isNativeSite(sites[0]));
      if (words === '') guard(error, 'message', WORDING);
      else if (words !== said) define(error, 'message', words);
    }
    guard(error, 'stack', STACK);
    return '';
  };
  // Constructors that tell the hook whose error it is.
  const text = (value) => (value === undefined ? undefined : `${value}`);
  const replace = (Type, name) => {
    const isAggregate = name === 'AggregateError';
    const make = (args, target) => {
      const at = isAggregate ? 1 : 0;
      // Conversions run other code: before.
      const given = [isAggregate ? [...args[0]] : text(args[0])];
      if (isAggregate) given[1] = text(args[1]);
      const options = args[at + 1];
      if (typeof options === 'object' && options !== null && 'cause' in options) given[at + 1] = { cause: options.cause };
      made = 1;
      try {
        return construct(Type, given, target);
      } finally {
        made = 0;
      }
    };
    const Made = new Proxy(Type, {
      construct: (_, args, target) => make(args, target),
      apply: (_, self, args) => make(args, Made),
    });
    native(Made, name, Type.length);
    define(Type.prototype, 'constructor', Made);
    define(globalThis, name, Made);
    return Made;
  };
  ErrorType.prepareStackTrace = natives.onError(hook, world);
  const names = ['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'AggregateError'];
  const Base = replace(ErrorType, 'Error');
  for (const name of names) setPrototypeOf(replace(globalThis[name], name), Base);
  delete ErrorType.isError;
  // As in Node: there, and without a meaning here.
  defineProperty(ErrorType, 'stackTraceLimit', { value: 10, writable: true, enumerable: true, configurable: true });
  define(ErrorType, 'prepareStackTrace', native(function ErrorPrepareStackTrace(error, trace) { return lacks(STACK); }));
  delete ErrorType.prototype.stack;
  const type = globalThis.TypeError;
  kit.equip(ErrorType, {
    captureStackTrace(object, _above) {
      if ((typeof object !== 'object' && typeof object !== 'function') || object === null) throw new type(`Invalid argument`);
      guard(object, 'stack', STACK);
    },
  });
  kit.failWith((said) => new Base(said));
  // Name and words of an error, and the place where it was made: for reports, never refused.
  world.messageOf = (error) => {
    const found = recordOf(records, error);
    const message = found !== undefined && found.said !== undefined ? memberOf(error, 'message')?.value ?? found.said : error.message;
    return `${error.name}: ${message}`;
  };
  world.placeOf = (error) => recordOf(records, error)?.place ?? '';
  // What reads members without asking them would take what refuses for what is not there.
  const { getOwnPropertyDescriptor, getOwnPropertyDescriptors } = Object;
  const checked = (it, name) => {
    if (it !== undefined && it.get !== undefined && isMarked(refusing, it.get)) lacks(name === 'stack' ? STACK : WORDING);
    return it;
  };
  const descriptor = (object, name) => checked(getOwnPropertyDescriptor(object, name), name);
  const descriptors = (object) => {
    const all = getOwnPropertyDescriptors(object);
    if (all.message !== undefined) checked(all.message, 'message');
    if (all.stack !== undefined) checked(all.stack, 'stack');
    return all;
  };
  kit.equip(Object, {
    getOwnPropertyDescriptor(object, name) { return descriptor(object, name); },
    getOwnPropertyDescriptors(object) { return descriptors(object); },
  });
  kit.equip(Reflect, {
    getOwnPropertyDescriptor(object, name) { return checked(reflected(object, name), name); },
  });
  kit.guard = guard;
  kit.DataError = Base;
}
