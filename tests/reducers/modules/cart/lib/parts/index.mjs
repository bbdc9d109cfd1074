import { cyclic } from './more.mjs';
export const first = ([x]) => x;
export let count = 0;
export const bump = () => { count += 1; };
export default { name: 'parts', cyclic: () => cyclic };
