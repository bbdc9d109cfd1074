// Three reducers in three styles, one per category of the store fresh.mjs makes.

// Object spread, nested arrays, keys that come and go, keys that look like numbers.
export const cart = {
  initialState: () => ({ status: 'empty', lines: [], bySize: {}, totals: { items: 0, amount: 0 }, trail: [] }),
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'CartOpened':
        return { ...state, status: 'open', customer: data.customer, note: data.note };
      case 'LineAdded': {
        const at = state.lines.findIndex((line) => line.sku === data.line.sku);
        const lines =
          at < 0
            ? [...state.lines, { ...data.line, options: [...data.line.options] }]
            : state.lines.map((line, i) => (i === at ? { ...line, quantity: line.quantity + data.line.quantity, options: [...line.options, ...data.line.options].slice(-4) } : line));
        const { size, quantity, price } = data.line;
        return {
          ...state,
          lines,
          bySize: { ...state.bySize, [size]: (state.bySize[size] ?? 0) + quantity },
          totals: { items: state.totals.items + quantity, amount: state.totals.amount + quantity * price },
          trail: [...state.trail, [type, [data.line.sku, quantity]]].slice(-6),
        };
      }
      case 'LineRemoved': {
        const line = state.lines.find((it) => it.sku === data.sku);
        if (!line) return { ...state, trail: [...state.trail, [type, null]].slice(-6) };
        const { [line.size]: _, ...bySize } = state.bySize;
        return {
          ...state,
          lines: state.lines.filter((it) => it !== line),
          bySize,
          totals: { items: state.totals.items - line.quantity, amount: state.totals.amount - line.quantity * line.price },
          trail: [...state.trail, [type, [data.sku, -line.quantity]]].slice(-6),
        };
      }
      case 'Annotated': {
        const { note, ...rest } = state;
        return data.note === null ? rest : { ...state, note: data.note };
      }
      case 'CartReset':
        return { ...cart.initialState(), customer: state.customer, status: 'reset', trail: [[type, data.why]] };
      default:
        return { ...state, unknown: [...(state.unknown ?? []), type] };
    }
  },
};

// Big integers (the store holds them as text), sets, floating point at its edges.
export const ledger = {
  initialState: () => ({ units: '0', exact: 0n, drift: 0, extremes: { least: null, most: null }, tags: new Set(), last: [], commands: 0 }),
  evolve: (state, event) => {
    const { type, data } = event;
    switch (type) {
      case 'Booked': {
        const exact = state.exact + BigInt(data.units);
        return { ...state, units: (BigInt(state.units) + BigInt(data.units)).toString(), exact, drift: state.drift + data.rate, last: [data.units, ...state.last.slice(0, 2)] };
      }
      case 'Measured': {
        const { least, most } = state.extremes;
        const { value } = data;
        return { ...state, value, extremes: { least: least === null || value < least ? value : least, most: most === null || value > most ? value : most } };
      }
      case 'Tagged':
        return { ...state, tags: new Set([...state.tags, ...data.tags]) };
      case 'Untagged': {
        const tags = new Set(state.tags);
        data.tags.forEach((tag) => tags.delete(tag));
        return { ...state, tags };
      }
      case 'CloseRequested': // a command: Emmett hands it to evolve like an event
        return { ...state, commands: state.commands + 1, requestedBy: event.metadata.userId };
      default:
        return state;
    }
  },
};

// Mutates in place: a recursive patch where null deletes, as RFC 7396 has it.
const patch = (target, change) => {
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete target[key];
    else if (typeof value === 'object' && !Array.isArray(value)) {
      if (typeof target[key] !== 'object' || Array.isArray(target[key])) target[key] = {};
      patch(target[key], value);
    } else target[key] = value;
  }
  return target;
};

export const profile = {
  initialState: () => ({ revision: 0, fields: {}, history: [] }),
  evolve: (state, { type, data }) => {
    state.revision += 1;
    if (type === 'Patched') patch(state.fields, data.patch);
    else if (type === 'Renamed') {
      state.history.push({ was: state.fields.name ?? null, matrix: data.matrix });
      if (state.history.length > 3) state.history.shift();
      state.fields.name = data.name;
    } else if (type === 'Forgotten') {
      for (const key of data.keys) delete state.fields[key];
      state.history.length = 0;
    }
    return state;
  },
};
