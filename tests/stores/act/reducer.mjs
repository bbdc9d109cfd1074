// Lays each patch over the tank as act does: objects are merged, what is null goes.
const lay = (old, patch) => {
  const merged = { ...old };
  for (const [key, value] of Object.entries(patch)) {
    const isObject = (one) => one !== null && typeof one === 'object' && !Array.isArray(one);
    if (value === null) delete merged[key];
    else merged[key] = isObject(value) ? lay(isObject(merged[key]) ? merged[key] : {}, value) : value;
  }
  return merged;
};
export const initialState = { name: '', litres: 0, fish: {}, feedings: 0, water: null, isOpen: false };
const patches = {
  Filled: ({ data }) => ({ ...data, isOpen: true }),
  FishPutIn: ({ data }) => ({ fish: { [data.id]: data.fish } }),
  FishTakenOut: ({ data }) => ({ fish: { [data.id]: null } }),
  Fed: (event, tank) => ({ feedings: tank.feedings + 1 }),
  WaterMeasured: ({ data }) => ({ water: data.water }),
  Emptied: () => ({ isOpen: false }),
  // What the events before it made.
  __snapshot__: () => ({}),
};
export const reducer = (tank, event) => lay(tank, patches[event.type](event, tank));
