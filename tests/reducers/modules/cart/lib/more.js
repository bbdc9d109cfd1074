"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.removed = exports.added = void 0;
const added = (state = 0, event) => event.type === 'ItemAdded' ? state + event.data.qty : state;
exports.added = added;
const removed = (state = 0, event) => event.type === 'ItemRemoved' ? state + 1 : state;
exports.removed = removed;
