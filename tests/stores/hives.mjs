// Folds the events of hives.py as its aggregates do.
const rest = ({ timestamp, originator_topic, ...data }) => data;
export const Hive = {
  Settled: (state, { data }) => ({ ...rest(data), queen: null, notes: [] }),
  QueenMarked: (state, { data }) => ({ ...state, queen: { ring: data.queen, colour: data.colour } }),
  Weighed: (state, { data }) => ({ ...state, weight: data.weight, weighed: data.on }),
  NoteTaken: (state, { data }) => ({ ...state, notes: [...state.notes, data.text] }),
  Abandoned: (state) => ({ ...state, queen: null, frames: [] }),
};
export const Jar = {
  Filled: (state, { data }) => ({ ...rest(data), owner: null }),
  Sold: (state, { data }) => ({ ...state, owner: data.to, price: data.price }),
  Renamed: (state, { data }) => ({ ...state, label: data.label }),
};
