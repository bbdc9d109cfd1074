import { combineReducers, legacy_createStore as createStore, applyMiddleware, compose, bindActionCreators } from 'redux';
const balance = (state = 0, { type, payload }) => (type === 'Deposited' ? state + payload.amount : type === 'Withdrawn' ? state - payload.amount : state);
const last = (state = null, action) => (action.type.startsWith('@@') ? state : action.type);
export default combineReducers({ balance, last });
const log = [];
const logger = () => (next) => (action) => { log.push(action.type); return next(action); };
const store = createStore(combineReducers({ balance, last }), compose(applyMiddleware(logger)));
export const dispatched = (_, { type, data }) => { store.dispatch({ type, payload: data }); return { ...store.getState(), log: log.length }; };
