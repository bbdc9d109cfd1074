// One function is the module.
function reducer(state, event) {
  var next = state ? Object.assign({}, state) : { types: [], total: 0 };
  if (next.types.indexOf(event.type) === -1) next.types = next.types.concat([event.type]);
  next.total += arguments.length;
  return next;
}
module.exports = reducer;
