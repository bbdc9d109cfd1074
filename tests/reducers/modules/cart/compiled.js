"use strict";
// What tsc 5 makes of an ES module in TypeScript for CommonJS and ES2017.
var __createBinding = (this && this.__createBinding) || (Object.create ? (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    var desc = Object.getOwnPropertyDescriptor(m, k);
    if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) {
      desc = { enumerable: true, get: function() { return m[k]; } };
    }
    Object.defineProperty(o, k2, desc);
}) : (function(o, m, k, k2) {
    if (k2 === undefined) k2 = k;
    o[k2] = m[k];
}));
var __exportStar = (this && this.__exportStar) || function(m, exports) {
    for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p);
};
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
var __rest = (this && this.__rest) || function (s, e) {
    var t = {};
    for (var p in s) if (Object.prototype.hasOwnProperty.call(s, p) && e.indexOf(p) < 0)
        t[p] = s[p];
    return t;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Cart = exports.stars = exports.cart = void 0;
const round_1 = __importDefault(require("./lib/round"));
__exportStar(require("./lib/more"), exports);
var Status;
(function (Status) {
    Status[Status["Open"] = 0] = "Open";
    Status[Status["Done"] = 1] = "Done";
})(Status || (Status = {}));
const cart = (state = { status: Status.Open, sum: 0 }, event) => {
    var _a, _b;
    const _c = event.data, { price = 0 } = _c, others = __rest(_c, ["price"]);
    return Object.assign(Object.assign({}, state), { sum: round_1.default.round(state.sum + price, 3), rest: Object.keys(others), first: (_b = (_a = event.data.options) === null || _a === void 0 ? void 0 : _a.colour) !== null && _b !== void 0 ? _b : null, status: event.type === 'CheckedOut' ? Status.Done : state.status, name: Status[state.status] });
};
exports.cart = cart;
const stars = (state = [], event) => event.type === 'Rated' ? [...state, event.data.stars] : state;
exports.stars = stars;
class Cart {
    constructor() {
        this.n = 0;
    }
    apply(event) {
        this.n += 1;
        this.type = event.type;
    }
}
exports.Cart = Cart;
exports.default = (state = 0) => state + 2;
