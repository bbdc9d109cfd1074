export default (state = 0, { data: { amount = 0 } = {} }) => state + amount;
export const initialState = 100;
