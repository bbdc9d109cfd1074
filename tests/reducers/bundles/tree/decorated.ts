import 'reflect-metadata';
import { plainToInstance, instanceToPlain, Expose, Type, Transform } from 'class-transformer';
const HANDLERS = Symbol('handlers');
const On = (type: string): any => (target: any, name: string) => Reflect.defineMetadata(HANDLERS, { ...Reflect.getMetadata(HANDLERS, target), [type]: name }, target);
class Aggregate { apply(event: any) { const name = Reflect.getMetadata(HANDLERS, this)?.[event.type]; if (name) (this as any)[name](event.data, event); } }
export class Board extends Aggregate {
  nodes: string[] = []; tags: Record<string, number> = {};
  @On('NodeAdded') add({ id }: any) { this.nodes = [...this.nodes, id].slice(-4); }
  @On('Tagged') tag({ tags }: any) { for (const tag of tags) this.tags[`#${tag}`] = (this.tags[`#${tag}`] ?? 0) + 1; }
}
class Node { @Expose() id!: string; @Expose({ name: 'title' }) name!: string; @Expose() @Type(() => Date) due!: Date | null; @Expose() @Transform(({ value }) => (value ?? 0) * 2) points!: number; label() { return `${this.id}:${this.name}`; } }
export const transformed = (state: any[] = [], { type, data }: any) => { if (type !== 'NodeAdded') return state; const node = plainToInstance(Node, { ...data, title: data.name }, { excludeExtraneousValues: true }); return [...state, { node, label: node.label(), plain: instanceToPlain(node) }].slice(-2); };
