// What the event holds is what there is.
export const reducer = (state, event) => event.data;
