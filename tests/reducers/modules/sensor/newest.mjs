// What only the newest engines have.
export const setsInClasses = (s = 0, e) => s + (e.type.match(/[\p{Lu}--[M]]/gv)?.length ?? 0);
export const emoji = (s = 0, e) => s + ((e.data.message ?? e.data.json ?? '').match(/\p{RGI_Emoji}/gv)?.length ?? 0);
