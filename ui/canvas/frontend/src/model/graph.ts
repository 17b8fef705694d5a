/** Pure operations on the drawn graph: every function returns a new graph. */
import type { Graph, GraphEdge, GraphNode, Json, Params } from "../protocol";
import { meant } from "./presets";

export const CARD_WIDTH = 210;
export const CARD_HEIGHT = 92;
export const GRID = 10;
/** As `MAX_NODES` and `MAX_EDGES` in `ui/canvas/messages.py`. */
export const MOST_NODES = 2_000;
export const MOST_EDGES = 10_000;

export type Point = [number, number];
export const EMPTY: Graph = { nodes: [], edges: [] };

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
export const snapped = ([x, y]: Point): Point => [snap(x), snap(y)];
/** Nodes by id, worked out once per graph: every card asks for its own. */
const indexes = new WeakMap<Graph, ReadonlyMap<string, GraphNode>>();

function indexed(graph: Graph): ReadonlyMap<string, GraphNode> {
  const known = indexes.get(graph);
  if (known) return known;
  const index = new Map([...graph.nodes].reverse().map((node) => [node.id, node])); // of two with one id, the first
  indexes.set(graph, index);
  return index;
}

export const nodeOf = (graph: Graph, id: string | null): GraphNode | undefined => (id === null ? undefined : indexed(graph).get(id));
/** Wires by the node that they leave or enter, worked out once per graph: a dragged wire asks every port. */
const wires = { source: new WeakMap<Graph, ReadonlyMap<string, GraphEdge[]>>(), target: new WeakMap<Graph, ReadonlyMap<string, GraphEdge[]>>() };

function wiresBy(graph: Graph, end: "source" | "target"): ReadonlyMap<string, GraphEdge[]> {
  const known = wires[end].get(graph);
  if (known) return known;
  const index = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const there = index.get(edge[end]);
    if (there) there.push(edge);
    else index.set(edge[end], [edge]);
  }
  wires[end].set(graph, index);
  return index;
}

export const wiresOutOf = (graph: Graph, id: string): readonly GraphEdge[] => wiresBy(graph, "source").get(id) ?? [];
export const wiresInto = (graph: Graph, id: string): readonly GraphEdge[] => wiresBy(graph, "target").get(id) ?? [];

export const edgeId = (edge: GraphEdge): string =>
  `${edge.source}.${edge.source_port}->${edge.target}.${edge.target_port}`;
export const sameGraph = (a: Graph, b: Graph): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** A readable id, because it is written into the pipeline's YAML: `impute_mean`, `impute_mean_2`. */
export function freshId(component: string, taken: ReadonlySet<string>): string {
  const safe = component.toLowerCase().replace(/[^a-z0-9_]/g, "_").replace(/^[^a-z]+/, "") || "node";
  const base = safe.replace(/_\d+$/, "").slice(0, 58) || "node";
  const first = safe.slice(0, 64);
  if (!taken.has(first)) return first;
  for (let number = 2; ; number++) {
    const id = `${base}_${number}`;
    if (!taken.has(id)) return id;
  }
}

/** Names that are taken: those of collapsed groups' members, too, so that nothing new is taken for one. */
const ids = (graph: Graph): Set<string> => new Set(graph.nodes.flatMap(({ id, params }) => [id, ...textsIn(params["members"])]));
const textsIn = (value: Json | undefined): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);

/** `key` as the palette has it. */
export function addNode(graph: Graph, key: string, position: Point, more: Params = {}): [Graph, string] {
  const { component, params: set } = meant(key);
  const params = { ...set, ...more };
  const id = freshId(component, ids(graph));
  const node: GraphNode = { id, component, title: null, params, position: snapped(position) };
  return [{ ...graph, nodes: [...graph.nodes, node] }, id];
}

export const addEdge = (graph: Graph, edge: GraphEdge): Graph => ({ ...graph, edges: [...graph.edges, edge] });

export function removeParts(graph: Graph, nodes: ReadonlySet<string>, edges: ReadonlySet<string>): Graph {
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !nodes.has(node.id)),
    edges: graph.edges.filter(
      (edge) => !edges.has(edgeId(edge)) && !nodes.has(edge.source) && !nodes.has(edge.target),
    ),
  };
}

export function changeNode(graph: Graph, id: string, change: Partial<GraphNode>): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)) };
}

export function moveNodes(graph: Graph, positions: ReadonlyMap<string, Point>): Graph {
  let moved = false;
  const nodes = graph.nodes.map((node) => {
    const to = positions.get(node.id);
    if (!to || (to[0] === node.position[0] && to[1] === node.position[1])) return node;
    moved = true;
    return { ...node, position: to };
  });
  return moved ? { ...graph, nodes } : graph;
}

/** The chosen nodes and the wires among them. */
export function fragment(graph: Graph, chosen: ReadonlySet<string>): Graph {
  return {
    nodes: graph.nodes.filter((node) => chosen.has(node.id)),
    edges: graph.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
  };
}

export function paste(graph: Graph, piece: Graph, offset: Point): [Graph, string[]] {
  const taken = ids(graph);
  const renamed = new Map<string, string>();
  const nodes = piece.nodes.map((node) => {
    const id = freshId(node.id, taken);
    taken.add(id);
    renamed.set(node.id, id);
    const position = snapped([node.position[0] + offset[0], node.position[1] + offset[1]]);
    return { ...structuredClone(node), id, position };
  });
  const edges = piece.edges.map((edge) => ({
    ...edge,
    source: renamed.get(edge.source) ?? edge.source,
    target: renamed.get(edge.target) ?? edge.target,
  }));
  const next = { ...graph, nodes: [...graph.nodes, ...nodes], edges: [...graph.edges, ...edges] };
  return [next, [...renamed.values()]];
}

/** The nearest place at or below `wanted` where a card covers no other card. */
export function freePlace(graph: Graph, wanted: Point): Point {
  const [x, start] = snapped(wanted);
  let y = start;
  const covers = (node: GraphNode): boolean =>
    Math.abs(node.position[0] - x) < CARD_WIDTH + 10 && Math.abs(node.position[1] - y) < CARD_HEIGHT + 10;
  while (graph.nodes.some(covers)) y += GRID;
  return [x, y];
}
