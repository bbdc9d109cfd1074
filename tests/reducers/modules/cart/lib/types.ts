export type Money = number;
export interface Line { sku: string; qty: number }
export class Quantity {
  constructor(readonly value: number) { if (!(value >= 0)) throw new RangeError('a quantity is not negative'); }
}
export const add = (lines: Line[], line: Line): Line[] => {
  const at = lines.findIndex(({ sku }) => sku === line.sku);
  return at < 0 ? [...lines, line] : lines.with(at, { sku: line.sku, qty: lines[at]!.qty + line.qty });
};
export default { add };
