// Folds the events of elevators and tickets as the program does: what a fold gives is laid over.
export const folds = {
  Installed: (event) => ({ name: event.name, floors: event.floors, rides: 0, stuck: null }),
  Ridden: (event, one) => ({ rides: one.rides + 1, load: event.load }),
  Stuck: (event) => ({ stuck: event.between }),
  Freed: () => ({ stuck: null }),
  Opened: (event) => ({ text: event.text, costs: {} }),
  CostAdded: (event, one) => ({ costs: { ...one.costs, [event.for]: event.amount } }),
  Closed: () => ({ isClosed: true }),
};
export const initialState = {};
export const reducer = (one, event) => ({ ...one, ...folds[event.type](event.data, one) });
