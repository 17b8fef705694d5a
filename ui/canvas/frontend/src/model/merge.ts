/**
 * Two people have drawn at once: one graph out of both, from the one that both began with.
 *
 * What only one of them touched is taken as they left it. Where both set the same thing otherwise, mine is kept and the
 * conflict says what theirs was; what one removed and the other changed stays. Nobody's work is lost, and no wire hangs in the air.
 */
import type { Graph, GraphEdge, GraphNode, Json } from "../protocol";
import { edgeId, freshId, removeParts } from "./graph";

type Fields = { [name: string]: unknown };

/** `mine` and `theirs` are undefined where that side has none. */
export type Conflict =
  | { kind: "value"; node: string; field: string; within: "params" | "node"; mine: Json | undefined; theirs: Json | undefined }
  | { kind: "parameter"; name: string; mine: Json | undefined; theirs: Json | undefined }
  | { kind: "wire"; mine: GraphEdge; theirs: GraphEdge }
  /** One removed the node, the other changed it. */
  | { kind: "removed"; node: string; by: "me" | "them" };

export interface Merged {
  graph: Graph;
  conflicts: Conflict[];
}

/** Whether an input takes several wires. */
export type TakesMany = (component: string, port: string) => boolean;

export function merge(base: Graph, mine: Graph, theirs: Graph, takesMany: TakesMany = () => false): Merged {
  const conflicts: Conflict[] = [];
  const ours = apart(base, mine, theirs);
  const rescued = new Map<string, "me" | "them">();
  const nodes = mergedNodes(base, ours, theirs, conflicts, rescued);
  const edges = mergedEdges(base, ours, theirs, nodes, rescued, conflicts, takesMany);
  const graph: Graph = { ...rest(base, ours, theirs), nodes, edges };
  const params = mergedParameters(base, ours, theirs, conflicts);
  return { graph: params ? { ...graph, params } : graph, conflicts };
}

/** Two new nodes that only happen to have one id are two nodes: mine gets another. */
function apart(base: Graph, mine: Graph, theirs: Graph): Graph {
  const known = byId(base);
  const others = byId(theirs);
  const taken = new Set([...known.keys(), ...others.keys(), ...mine.nodes.map((node) => node.id)]);
  const renamed = new Map<string, string>();
  for (const node of mine.nodes) {
    const other = others.get(node.id);
    if (known.has(node.id) || !other || isSameNode(node, other)) continue;
    const id = freshId(node.id, taken);
    taken.add(id);
    renamed.set(node.id, id);
  }
  if (renamed.size === 0) return mine;
  const called = (id: string): string => renamed.get(id) ?? id;
  return {
    ...mine,
    nodes: mine.nodes.map((node) => ({ ...node, id: called(node.id) })),
    edges: mine.edges.map((edge) => ({ ...edge, source: called(edge.source), target: called(edge.target) })),
  };
}

/** What came back from the server under my own name, perhaps changed since, is no second node. */
const isSameNode = (a: GraphNode, b: GraphNode): boolean => a.component === b.component && same(a.position, b.position);

function mergedNodes(base: Graph, mine: Graph, theirs: Graph, conflicts: Conflict[], rescued: Map<string, "me" | "them">): GraphNode[] {
  const [before, here, there] = [byId(base), byId(mine), byId(theirs)];
  const merged = new Map<string, GraphNode>();
  for (const id of new Set([...there.keys(), ...here.keys()])) {
    const [was, my, their] = [before.get(id), here.get(id), there.get(id)];
    if (my && their) merged.set(id, mergedNode(was, my, their, conflicts));
    else if (!was) merged.set(id, (my ?? their)!);
    else {
      const kept = (my ?? their)!;
      if (!hasChanged(was, kept)) continue;
      const by = my ? "them" : "me";
      merged.set(id, kept);
      rescued.set(id, by);
      conflicts.push({ kind: "removed", node: id, by });
    }
  }
  return inOrder(theirs, mine, merged);
}

/** Theirs come as they stand, then what only I have. */
const inOrder = (theirs: Graph, mine: Graph, merged: ReadonlyMap<string, GraphNode>): GraphNode[] => {
  const ids = new Set([...theirs.nodes, ...mine.nodes].map((node) => node.id));
  return [...ids].flatMap((id) => merged.get(id) ?? []);
};

/** Where a node stands is no change worth keeping it for. */
const hasChanged = (was: GraphNode, now: GraphNode): boolean => !same({ ...was, position: null }, { ...now, position: null });

function mergedNode(was: GraphNode | undefined, my: GraphNode, their: GraphNode, conflicts: Conflict[]): GraphNode {
  if (was === my || same(my, their)) return their;
  if (was && same(was, their)) return my;
  const id = my.id;
  const params = mergedFields(was?.params ?? {}, my.params, their.params, (field, mine, theirs) =>
    conflicts.push({ kind: "value", node: id, field, within: "params", mine, theirs }));
  const fields = mergedFields(without(was), without(my), without(their), (field, mine, theirs) => {
    if (field !== "position") conflicts.push({ kind: "value", node: id, field, within: "node", mine, theirs });
  });
  return { ...fields, params } as unknown as GraphNode;
}

const without = (node: GraphNode | undefined): Fields => {
  if (!node) return {};
  const { params: _params, ...others } = node;
  return others as unknown as Fields;
};

function mergedParameters(base: Graph, mine: Graph, theirs: Graph, conflicts: Conflict[]): Graph["params"] {
  if (!mine.params && !theirs.params) return undefined;
  const [was, my, their] = [base.params ?? {}, mine.params ?? base.params ?? {}, theirs.params ?? base.params ?? {}];
  const merged = mergedFields(was as Fields, my as Fields, their as Fields, (name, ours, others) =>
    conflicts.push({ kind: "parameter", name, mine: ours, theirs: others }), true);
  return merged as Graph["params"];
}

/**
 * Each field by itself. Where both changed it otherwise, mine counts and `clash` hears of it; with `keep`, what one side
 * removed and the other changed stays.
 */
function mergedFields(
  was: Fields, my: Fields, their: Fields, clash: (name: string, mine: Json | undefined, theirs: Json | undefined) => void, keep = false,
): Fields {
  const merged: [string, unknown][] = [];
  for (const name of new Set([...Object.keys(their), ...Object.keys(my)])) {
    const [old, mine, theirs] = [own(was, name), own(my, name), own(their, name)];
    const chosen = same(mine, theirs) || same(old, mine) ? theirs : mine;
    if (!same(mine, theirs) && !same(old, mine) && !same(old, theirs)) clash(name, mine as Json | undefined, theirs as Json | undefined);
    const kept = chosen === undefined && keep && !same(old, theirs) ? theirs : chosen;
    if (kept !== undefined) merged.push([name, kept]);
  }
  return Object.fromEntries(merged);
}

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

function mergedEdges(
  base: Graph, mine: Graph, theirs: Graph, nodes: GraphNode[], rescued: ReadonlyMap<string, "me" | "them">, conflicts: Conflict[],
  takesMany: TakesMany,
): GraphEdge[] {
  const [before, here, there] = [wires(base), wires(mine), wires(theirs)];
  const present = new Map(nodes.map((node) => [node.id, node]));
  const holds = (edge: GraphEdge, by: "me" | "them"): boolean => rescued.get(edge.source) === by || rescued.get(edge.target) === by;
  const merged = new Map<string, GraphEdge>();
  for (const [id, edge] of [...there, ...here]) {
    const cutByMe = before.has(id) && !here.has(id) && !holds(edge, "me");
    const cutByThem = before.has(id) && !there.has(id) && !holds(edge, "them");
    if (present.has(edge.source) && present.has(edge.target) && !cutByMe && !cutByThem) merged.set(id, edge);
  }
  for (const [id, edge] of here) {
    if (!merged.has(id) || before.has(id) || takesMany(present.get(edge.target)!.component, edge.target_port)) continue;
    const rival = [...merged].find(([other, one]) => other !== id && !here.has(other) && !before.has(other) && isSamePlace(one, edge));
    if (!rival) continue;
    merged.delete(rival[0]);
    conflicts.push({ kind: "wire", mine: edge, theirs: rival[1] });
  }
  return [...merged.values()];
}

const isSamePlace = (a: GraphEdge, b: GraphEdge): boolean => a.target === b.target && a.target_port === b.target_port;

/** Parts of the graph that this file does not know: each as a whole. */
function rest(base: Graph, mine: Graph, theirs: Graph): Fields {
  const part = ({ nodes: _nodes, edges: _edges, params: _params, ...others }: Graph): Fields => others;
  return mergedFields(part(base), part(mine), part(theirs), () => undefined);
}

/** Take what is not kept after all: theirs, or the removal. */
export function takeOther(graph: Graph, conflict: Conflict): Graph {
  switch (conflict.kind) {
    case "removed":
      return removeParts(graph, new Set([conflict.node]), new Set());
    case "wire": {
      const here = new Set(graph.nodes.map((node) => node.id));
      const edges = graph.edges.filter((edge) => edgeId(edge) !== edgeId(conflict.mine));
      return here.has(conflict.theirs.source) && here.has(conflict.theirs.target) ? { ...graph, edges: [...edges, conflict.theirs] } : graph;
    }
    case "parameter":
      return { ...graph, params: put(graph.params ?? {}, conflict.name, conflict.mine === undefined ? undefined : conflict.theirs) as NonNullable<Graph["params"]> };
    case "value": {
      const nodes = graph.nodes.map((node) => {
        if (node.id !== conflict.node) return node;
        if (conflict.within === "node") return put(node as unknown as Fields, conflict.field, conflict.theirs) as unknown as GraphNode;
        return { ...node, params: put(node.params, conflict.field, conflict.theirs) as GraphNode["params"] };
      });
      return { ...graph, nodes };
    }
  }
}

function put(fields: Fields, name: string, value: Json | undefined): Fields {
  const { [name]: _before, ...others } = fields;
  return value === undefined ? others : { ...fields, [name]: value };
}

const byId = (graph: Graph): Map<string, GraphNode> => new Map(graph.nodes.map((node) => [node.id, node]));
const wires = (graph: Graph): Map<string, GraphEdge> => new Map(graph.edges.map((edge) => [edgeId(edge), edge]));

/** Whether two values are the same, whatever the order of their names. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.keys(a), Object.keys(b)];
  return left.length === right.length && left.every((name) => Object.hasOwn(b, name) && same((a as Fields)[name], (b as Fields)[name]));
}
