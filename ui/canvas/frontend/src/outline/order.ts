/** The nodes of a drawing as a list: in running order, groups around what lies in them. */
import { drawnAs, specOf } from "../board/nodes/drawn";
import type { Specs } from "../model/rules";
import type { Graph } from "../protocol";
import { groupsOf, parentsOf } from "./groups";

export interface Row {
  id: string;
  /** From 1: how many groups it lies in, and one. */
  level: number;
  /** Which one it is in the running order, from 1; null for what never runs. */
  step: number | null;
  /** The nodes that feed it, in the order of its wires. */
  from: readonly string[];
  /** The group that it lies in. */
  parent: string | null;
  /** What it is among the rows of its group, and how many those are. */
  place: number;
  of: number;
  /** Whether it holds others, and shows them. */
  open: boolean | null;
}

/** Each node after everything it needs, one chain after the other; what runs in a circle comes last. */
export function runningOrder(graph: Graph): string[] {
  const waiting = new Map(graph.nodes.map((node) => [node.id, 0]));
  const next = new Map<string, string[]>();
  for (const { source, target } of graph.edges) {
    if (!waiting.has(source) || !waiting.has(target)) continue;
    waiting.set(target, waiting.get(target)! + 1);
    next.set(source, [...(next.get(source) ?? []), target]);
  }
  const ready = graph.nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id).reverse();
  const ordered = new Set<string>();
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    ordered.add(id);
    const freed = (next.get(id) ?? []).filter((target) => {
      waiting.set(target, waiting.get(target)! - 1);
      return waiting.get(target) === 0;
    });
    ready.push(...freed.reverse());
  }
  return [...ordered, ...graph.nodes.map((node) => node.id).filter((id) => !ordered.has(id))];
}

/** Every row that can be seen; what lies in a folded group cannot. */
export function rowsOf(graph: Graph, specs: Specs, folded: ReadonlySet<string>): Row[] {
  const parents = parentsOf(graph, specs);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const runs = (id: string): boolean => !drawnAs(specOf(nodes.get(id), specs));
  const order = runningOrder(graph);
  const steps = new Map(order.filter(runs).map((id, index) => [id, index + 1]));
  const ranks = ranked(order, steps, parents);
  const children = gathered([...order].sort((a, b) => ranks.get(a)! - ranks.get(b)!), (id) => parents.get(id) ?? null);
  const groups = new Set(groupsOf(graph, specs).map((node) => node.id));
  const arriving = gathered(graph.edges, (edge) => edge.target);
  const walk = (parent: string | null, level: number): Row[] => {
    const ids = children.get(parent) ?? [];
    return ids.flatMap((id, index) => {
      const open = groups.has(id) ? !folded.has(id) : null;
      const from = [...new Set((arriving.get(id) ?? []).map((edge) => edge.source))];
      const row = { id, level, step: steps.get(id) ?? null, from, parent, place: index + 1, of: ids.length, open };
      return open ? [row, ...walk(id, level + 1)] : [row];
    });
  };
  return walk(null, 1);
}

/** A group stands where the first that runs in it stands; what never runs stands at the end. */
function ranked(order: readonly string[], steps: ReadonlyMap<string, number>, parents: ReadonlyMap<string, string>): Map<string, number> {
  const ranks = new Map(order.map((id, index) => [id, steps.get(id) ?? order.length + index]));
  for (const [id, step] of steps) {
    for (let group = parents.get(id); group; group = parents.get(group)) ranks.set(group, Math.min(ranks.get(group)!, step - 0.5));
  }
  return ranks;
}

function gathered<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const found = new Map<Key, Item[]>();
  for (const item of items) {
    const known = found.get(keyOf(item));
    if (known) known.push(item);
    else found.set(keyOf(item), [item]);
  }
  return found;
}
