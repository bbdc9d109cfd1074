import { createSlice, createReducer, createAction, createEntityAdapter, configureStore, combineReducers, createSelector, type PayloadAction } from '@reduxjs/toolkit';
interface Card { id: string; brand: string }
const cards = createEntityAdapter<Card>({ sortComparer: (a, b) => a.brand.localeCompare(b.brand) });
const byId = createEntityAdapter<Card>();
const slice = createSlice({
  name: 'account',
  initialState: { balance: 0, status: 'none' as string, notes: [] as string[] },
  reducers: { deposited: (state, action: PayloadAction<number>) => { state.balance += action.payload; }, noted: { reducer: (state, action: PayloadAction<string>) => { state.notes.push(action.payload); }, prepare: (text: string) => ({ payload: text.trim() }) } },
  extraReducers: (builder) => builder
    .addCase('AccountOpened', (state) => { state.status = 'open'; })
    .addCase('Deposited', (state, { payload }: any) => slice.caseReducers.deposited(state, { type: '', payload: payload.amount }))
    .addMatcher((action): action is any => action.type === 'Noted', (state, action) => { state.notes = [...state.notes, action.payload.text].slice(-2); })
    .addDefaultCase((state) => { state.status ||= 'other'; }),
});
export default slice.reducer;
export const own = (state: any, event: any) => (event.type === 'Deposited' ? slice.reducer(state, slice.actions.deposited(event.data.amount)) : event.type === 'Noted' ? slice.reducer(state, slice.actions.noted(event.data.text)) : state ?? slice.getInitialState());
const withdrawn = createAction<{ amount: number }>('Withdrawn');
export const table = createReducer({ out: 0, n: 0 }, (builder) => { builder.addCase(withdrawn, (state, action) => { state.out += action.payload.amount; }).addDefaultCase((state) => ({ ...state, n: state.n + 1 })); });
export const entities = (state: any = byId.getInitialState({ blocked: 0 }), { type, data }: any) => (type === 'CardIssued' ? byId.addOne(state, data.card) : type === 'CardBlocked' ? { ...byId.removeOne(state, data.id), blocked: state.blocked + 1 } : state);
export const sorted = (state: any = cards.getInitialState(), { type, data }: any) => (type === 'CardIssued' ? cards.addOne(state, data.card) : state);
export const combined = combineReducers({ account: slice.reducer, table });
const total = createSelector([(s: any) => s.list], (list: number[]) => list.reduce((a, b) => a + b, 0));
export const selected = (state: any = { list: [], total: 0, times: 0 }, { data }: any) => { const list = data.amount ? [...state.list, data.amount].slice(-4) : state.list; return { list, total: total({ list }), times: total.recomputations() }; };
export const store = (() => { const store = configureStore({ reducer: table, middleware: () => [] as any, devTools: false }); return (_: unknown, event: any) => { store.dispatch({ type: event.type, payload: event.data }); return store.getState(); }; })();
