export type Node = { readonly id: string; readonly parent: string | null; readonly at: Date };
export class Points {
  private constructor2?: never;
  public constructor(private readonly value: number) {}
  public plus(by: number): Points { return new Points(this.value + by); }
  public toJSON(): number { return this.value; }
}
