// Folds what buses do as the program's handler does.
const buses = {
  'main.BusDeparted': (bus, { data }) => ({ ...bus, line: data.line, seats: data.seats }),
  'main.PassengersCounted': (bus, { data }) => ({ ...bus, by: data.by, counts: bus.counts + 1 }),
  'main.BusBroken': (bus, { data }) => ({ ...bus, why: data.why }),
};
export const initialState = { line: '', seats: null, by: null, counts: 0, why: '' };
export const reducer = (bus, event) => buses[event.type](bus, event);
