/**
 * What is drawn of a graph: a collapsed group stands for the nodes in it. A wire is inside one collapsed group, or shown;
 * where it crosses a border, it ends at a gate of the card, which is the inner node's own port.
 */
import type { Point } from "../../model/graph";
import type { Graph, GraphEdge, GraphNode } from "../../protocol";
import type { Specs } from "../../model/rules";
import { isCollapsed } from "../nodes/drawn";
import { gatesOf, type Gate } from "./gates";

/** A wire with the cards that it is drawn between. */
export interface ShownWire {
  edge: GraphEdge;
  source: string;
  target: string;
}

export interface Shown {
  nodes: readonly GraphNode[];
  wires: readonly ShownWire[];
  /** Collapsed group → its gates, from the top. */
  gates: ReadonlyMap<string, readonly Gate[]>;
  /** Hidden node → the collapsed group that stands for it. */
  within: ReadonlyMap<string, string>;
}

const known = new WeakMap<Graph, { specs: Specs; shown: Shown }>();

/** Worked out once for each graph, so that its parts are stable references. */
export function shownOf(graph: Graph, specs: Specs): Shown {
  const before = known.get(graph);
  if (before?.specs === specs) return before.shown;
  const shown = work(graph, specs);
  known.set(graph, { specs, shown });
  return shown;
}

export const listed = (group: GraphNode): string[] => {
  const names = group.params["members"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
};

/** The node, or the collapsed group that stands for it. */
export const standIn = (shown: Shown, id: string): string => shown.within.get(id) ?? id;

/** These nodes, and all that collapsed groups among them hide. */
export function withHidden(graph: Graph, specs: Specs, ids: Iterable<string>): Set<string> {
  const all = new Set(ids);
  for (const [id, group] of shownOf(graph, specs).within) if (all.has(group)) all.add(id);
  return all;
}

/** The nodes that are there, each once, and for a hidden one the group that stands for it. */
export function visible(graph: Graph, specs: Specs, ids: readonly string[]): string[] {
  const here = new Set(graph.nodes.map((node) => node.id));
  const shown = shownOf(graph, specs);
  return [...new Set(ids.filter((id) => here.has(id)).map((id) => standIn(shown, id)))];
}

function work(graph: Graph, specs: Specs): Shown {
  const within = standIns(graph, specs);
  const place = (id: string): string => within.get(id) ?? id;
  const wires = graph.edges
    .filter((edge) => !(within.has(edge.source) && within.get(edge.source) === within.get(edge.target)))
    .map((edge) => ({ edge, source: place(edge.source), target: place(edge.target) }));
  const nodes = within.size === 0 ? graph.nodes : graph.nodes.filter((node) => !within.has(node.id));
  const groups = nodes.filter((node) => isCollapsed(node, specs));
  return { nodes, wires, gates: new Map(groups.map((group) => [group.id, gatesOf(group.id, graph, specs, wires, within)])), within };
}

/** Hidden node → the outermost collapsed group that lists it. */
function standIns(graph: Graph, specs: Specs): Map<string, string> {
  const here = new Set(graph.nodes.map((node) => node.id));
  const parents = new Map<string, string>();
  const top = (id: string): string => {
    let at = id;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    return at;
  };
  for (const group of graph.nodes) {
    if (!isCollapsed(group, specs)) continue;
    for (const id of listed(group)) {
      // Written by hand, a group may be in itself, and a node in two groups: the first counts.
      if (here.has(id) && !parents.has(id) && top(group.id) !== id) parents.set(id, group.id);
    }
  }
  return new Map([...parents.keys()].map((id) => [id, top(id)]));
}

/** The moves, and those of what collapsed groups among them hide: it keeps its place in the group. */
export function withTheirs(graph: Graph, specs: Specs, places: ReadonlyMap<string, Point>): Map<string, Point> {
  const all = new Map(places);
  const at = new Map(graph.nodes.map((node) => [node.id, node.position]));
  for (const [id, group] of shownOf(graph, specs).within) {
    const [here, from, to] = [at.get(id), at.get(group), places.get(group)];
    if (here && from && to) all.set(id, [here[0] + to[0] - from[0], here[1] + to[1] - from[1]]);
  }
  return all;
}
