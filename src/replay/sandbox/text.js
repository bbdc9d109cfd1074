// Texts and regular expressions: what asks a language's tables is refused, and so are the
// members of RegExp that remember the last match, which the engine does not keep.
(kit) => {
  'use strict';
  const { equip, native, lacks } = kit;
  const TypedPrototype = Object.getPrototypeOf(Uint8Array).prototype;
  const refusing = (name, length) => native({ [name]() { return lacks(name); } }[name], name, length);
  equip(String.prototype, {
    localeCompare: refusing('localeCompare', 1),
    toLocaleUpperCase: refusing('toLocaleUpperCase', 0),
    toLocaleLowerCase: refusing('toLocaleLowerCase', 0),
  });
  equip(Array.prototype, { toLocaleString: refusing('toLocaleString', 0) });
  equip(TypedPrototype, { toLocaleString: refusing('toLocaleString', 0) });

  // The engine takes no argument for a wrong one.
  const anchors = ['anchor', 'fontcolor', 'fontsize', 'link'];
  const tags = ['a name', 'font color', 'font size', 'a href'];
  const replaceAll = kit.method(String.prototype.replaceAll);
  const TypeType = TypeError;
  for (let i = 0; i < anchors.length; i++) {
    const [name, tag] = [anchors[i], tags[i]];
    const end = tag.split(' ')[0];
    equip(String.prototype, {
      [name](value) {
        if (this === undefined || this === null) throw new TypeType(`String.prototype.${name} called on null or undefined`);
        const text = `${this}`;
        return `<${tag}="${replaceAll(`${value}`, '"', '&quot;')}">${text}</${end}>`;
      },
    });
  }

  // What V8 11 takes otherwise: the flag v, and groups of one name.
  const RegExpType = RegExp;
  const { apply, construct } = Reflect;
  const has = kit.method(String.prototype.includes);
  const exec = kit.method(RegExp.prototype.exec);
  const SyntaxType = SyntaxError;
  const checkGroups = (source) => {
    const names = /\\.|\[(?:\\.|[^\]\\])*\]|\(\?<([^=!>][^>]*)>/gs;
    const seen = new Set();
    for (let it = exec(names, source); it !== null; it = exec(names, source)) {
      if (it[1] === undefined) continue;
      if (seen.has(it[1])) throw new SyntaxType(`Invalid regular expression: /${source}/: Duplicate capture group name`);
      seen.add(it[1]);
    }
  };
  const made = (found) => {
    const flags = found.flags;
    if (has(flags, 'v')) lacks('the flag v of a regular expression');
    if (has(found.source, '(?<')) checkGroups(found.source);
    return found;
  };
  const Made = new Proxy(RegExpType, {
    construct: (target, args, type) => made(construct(target, args, type === Made ? target : type)),
    apply: (target, self, args) => {
      const found = args[1] === undefined && typeof args[0] === 'object' && args[0] !== null ? apply(target, undefined, args) : construct(target, args);
      return found === args[0] ? found : made(found);
    },
  });
  native(Made, 'RegExp', 2);
  kit.define(RegExp.prototype, 'constructor', Made);
  kit.define(globalThis, 'RegExp', Made);

  const remembered = ['input', '$_', 'lastMatch', '$&', 'lastParen', '$+', 'leftContext', '$`', 'rightContext', "$'"];
  for (let i = 1; i <= 9; i++) remembered.push(`$${i}`);
  for (const name of remembered) {
    Object.defineProperty(RegExp, name, {
      get: native(function () { return lacks(`RegExp.${name}`); }, `get ${name}`, 0),
      set: native(function (_value) { return undefined; }, `set ${name}`, 1),
      enumerable: false,
      configurable: true,
    });
  }
}
