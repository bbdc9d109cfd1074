// What esbuild --bundle --format=cjs makes.
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/cart.ts
var cart_exports = {};
__export(cart_exports, {
  default: () => cart_default,
  parcels: () => parcels,
  total: () => total
});
module.exports = __toCommonJS(cart_exports);
var parcels = (state = { kg: 0, ids: [] }, event) => event.type !== "Shipped" ? state : event.data.parcels.reduce((s, parcel) => ({ kg: s.kg + parcel.kg, ids: [...s.ids, parcel.id] }), state);
var total = { initialState: () => ({ total: 0 }), evolve: (state, { data: { price = 0, qty = 0 } }) => ({ total: state.total + price * qty }) };
var cart_default = (state = 0, event) => event.type.length + state;
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  parcels,
  total
});
