import { makeAutoObservable, observable, autorun, toJS, runInAction, computed } from 'mobx';
class Board { nodes = new Map(); renamed = 0; constructor() { makeAutoObservable(this); } get size() { return this.nodes.size; } handle({ type, data }) { if (type === 'NodeAdded') this.nodes.set(data.id, data.name); if (type === 'NodeRemoved') this.nodes.delete(data.id); if (type === 'NodeRenamed') this.renamed++; } }
export const board = (s = new Board(), e) => { s.handle(e); return s; };
export const plain = (s = { board: new Board() }, e) => { s.board.handle(e); return { board: s.board, size: s.board.size, renamed: toJS(s.board.renamed) }; };
const box = observable.box(0); let runs = 0; autorun(() => { box.get(); runs++; }); const double = computed(() => box.get() * 2);
export const reacted = (s, e) => { runInAction(() => box.set(e.version % 5)); return { value: box.get(), double: double.get(), runs }; };
