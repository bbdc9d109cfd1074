// Folds the events of kilns as the aggregate does.
const kilns = {
  'Make$KilnBuilt': (state, { data }) => ({ kiln: data.kiln, name: data.name, litres: data.litres, pots: {}, lastCurve: null, firings: 0 }),
  'Make$PotPutIn': (state, { data }) => ({ ...state, pots: { ...state.pots, [data.pot]: data.glaze } }),
  'Make$Fired': (state, { data }) => ({ ...state, firings: state.firings + 1, lastCurve: data.curve, pots: {} }),
  'Make$KilnTornDown': (state) => state,
};
export const reducer = (state, event) => kilns[event.type](state, event);
