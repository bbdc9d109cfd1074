// A larger aggregate in TypeScript: value objects, events as classes, a reducer that news them up.
import { Points, type Node } from './lib/points.ts';
import * as Names from './lib/names';

export interface ProjectState { readonly nodes: ReadonlyMap<string, Node>; readonly points: Points; readonly names: string[] }
abstract class DomainEvent<T = unknown> { constructor(public readonly payload: T, protected readonly at: Date) {} abstract applyTo(state: ProjectState): ProjectState }
class NodeAdded extends DomainEvent<{ id: string; parent: string | null; name: string; points?: number | null }> {
  override applyTo(state: ProjectState): ProjectState {
    const { id, parent, name, points } = this.payload;
    return { nodes: new Map(state.nodes).set(id, { id, parent, at: this.at }), points: state.points.plus(points ?? 0), names: Names.latest([...state.names, Names.short(name)]) };
  }
}
class NodeRemoved extends DomainEvent<{ id: string }> { override applyTo(state: ProjectState): ProjectState { const nodes = new Map(state.nodes); nodes.delete(this.payload.id); return { ...state, nodes }; } }
const registry: Record<string, new (payload: any, at: Date) => DomainEvent> = { NodeAdded, NodeRemoved };
export const project = (state: ProjectState = { nodes: new Map(), points: new Points(0), names: [] }, event: { type: string; data: unknown; timestamp: string }): ProjectState => {
  const Type = registry[event.type];
  return Type === undefined ? state : new Type(event.data, new Date(event.timestamp)).applyTo(state);
};
export const typed = (state: { n: number } | undefined, event: { readonly version: number }): { n: number } => ({ n: (state as { n: number } | undefined)?.n! + event.version || event.version });
type Keys<T> = { [K in keyof T as `get${Capitalize<string & K>}`]: () => T[K] };
const getters = <T extends object>(object: T): Keys<T> => Object.fromEntries(Object.entries(object).map(([k, v]) => [`get${k[0]!.toUpperCase()}${k.slice(1)}`, () => v])) as Keys<T>;
export const mapped = (state: unknown, event: { data: { id?: string } }) => Object.keys(getters(event.data)).concat(getters({ id: event.data.id ?? 'none' }).getId());
abstract class Board { protected cards: string[] = []; protected abstract readonly limit: number }
export class Kanban extends Board { protected readonly limit = 3 as const; onNodeAdded({ data: { id, kind } }: { data: { id: string; kind: string } }): void { if (kind === 'task') this.cards = [id, ...this.cards].slice(0, this.limit); } }
