import parts from './index.mjs';
export const cyclic = 'more';
export const added = (s = { n: 0 }, e) => ({ n: s.n + 1, via: parts.cyclic(), type: e.type });
