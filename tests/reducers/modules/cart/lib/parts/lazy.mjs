export const step = (s, e) => s + e.type.length;
