/** Which wires may be drawn. The engine has the last word; these are its rules, said in its own texts. */
import { addEdge, nodeOf, wiresInto, wiresOutOf } from "./graph";
import type { ComponentSpec, Graph, GraphEdge, GraphNode, Messages, RefusalCode } from "../protocol";

export type Specs = ReadonlyMap<string, ComponentSpec>;

export interface PortRef {
  node: string;
  side: "in" | "out";
  port: string;
}

export const handleId = (side: "in" | "out", port: string): string => `${side}:${port}`;

/** On the card of a collapsed group, a port says which inner node it belongs to. */
export const gateId = (side: "in" | "out", node: string, port: string): string => `${side}:${node}.${port}`;

/** The port that a handle stands for: the node's own, or that of a node in a collapsed group. */
export function portOfHandle(node: string, handle: string | null | undefined): PortRef | null {
  const [side, ...rest] = (handle ?? "").split(":");
  if (side !== "in" && side !== "out") return null;
  const [first = "", ...port] = rest.join(":").split(".");
  return port.length > 0 ? { node: first, side, port: port.join(".") } : { node, side, port: first };
}

export const titleOf = (node: GraphNode | undefined, specs: Specs): string =>
  node ? (node.title ?? specs.get(node.component)?.title ?? node.component) : "?";

const specOf = (graph: Graph, specs: Specs, id: string): ComponentSpec | undefined =>
  specs.get(nodeOf(graph, id)?.component ?? "");

/** True when something flows, over any number of wires, from `start` to `goal`. */
export function reaches(graph: Graph, start: string, goal: string): boolean {
  const seen = new Set<string>();
  const todo = [start];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (id === goal) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    todo.push(...wiresOutOf(graph, id).map((edge) => edge.target));
  }
  return false;
}

/** Why this wire may not be drawn, or null when it may. */
export function refusalCode(graph: Graph, specs: Specs, edge: GraphEdge): RefusalCode | null {
  if (edge.source === edge.target) return "self";
  const [source, target] = [specOf(graph, specs, edge.source), specOf(graph, specs, edge.target)];
  if (!source || !target) return "unknown";
  const output = source.outputs.find((port) => port.name === edge.source_port);
  const input = target.inputs.find((port) => port.name === edge.target_port);
  if (!output || !input) return source.outputs.length === 0 ? "no_output" : target.inputs.length === 0 ? "no_input" : "direction";
  if (output.kind !== input.kind) return "kind_mismatch";
  const arriving = wiresInto(graph, edge.target).filter((other) => other.target_port === input.name);
  const twin = arriving.some((other) => other.source === edge.source && other.source_port === edge.source_port);
  if (twin) return "duplicate";
  if (arriving.length > 0 && !input.many) return "taken";
  if (reaches(graph, edge.target, edge.source)) return "cycle";
  return null;
}

export function refusalText(graph: Graph, specs: Specs, messages: Messages, edge: GraphEdge, code: RefusalCode): string {
  const words: { [name: string]: string } = {
    source: titleOf(nodeOf(graph, edge.source), specs),
    target: titleOf(nodeOf(graph, edge.target), specs),
    unknown: titleOf([edge.source, edge.target].map((id) => nodeOf(graph, id)).find((node) => !specs.has(node?.component ?? "")), specs),
    source_kind:
      specOf(graph, specs, edge.source)?.outputs.find((port) => port.name === edge.source_port)?.kind ?? "table",
    target_kind:
      specOf(graph, specs, edge.target)?.inputs.find((port) => port.name === edge.target_port)?.kind ?? "table",
  };
  return (messages[code] ?? "These two do not fit together.").replace(/\{(\w+)\}/g, (all, name: string) => words[name] ?? all);
}

/** The wire between two ports, in whichever direction it was dragged; null when both are on the same side. */
export function edgeBetween(a: PortRef, b: PortRef): GraphEdge | null {
  if (a.side === b.side) return null;
  const [from, to] = a.side === "out" ? [a, b] : [b, a];
  return { source: from.node, source_port: from.port, target: to.node, target_port: to.port };
}

export function fits(graph: Graph, specs: Specs, a: PortRef, b: PortRef): boolean {
  const edge = edgeBetween(a, b);
  return edge !== null && refusalCode(graph, specs, edge) === null;
}

/** The first wire that may be drawn from one node to another (optionally from a given port of either). */
export function firstFit(graph: Graph, specs: Specs, source: string, target: string, given?: PortRef): GraphEdge | null {
  for (const output of specOf(graph, specs, source)?.outputs ?? []) {
    if (given?.side === "out" && given.port !== output.name) continue;
    for (const input of specOf(graph, specs, target)?.inputs ?? []) {
      if (given?.side === "in" && given.port !== input.name) continue;
      const edge = { source, source_port: output.name, target, target_port: input.name };
      if (refusalCode(graph, specs, edge) === null) return edge;
    }
  }
  return null;
}

/** The graph with `middle` put between the two ends of `edge`, or null when it does not fit there. */
export function insertBetween(graph: Graph, specs: Specs, edge: GraphEdge, middle: string): Graph | null {
  const without = {
    ...graph,
    edges: graph.edges.filter((other) => other !== edge),
  };
  const first = firstFit(without, specs, edge.source, middle, { node: edge.source, side: "out", port: edge.source_port });
  if (!first) return null;
  const half = addEdge(without, first);
  const second = firstFit(half, specs, middle, edge.target, { node: edge.target, side: "in", port: edge.target_port });
  return second ? addEdge(half, second) : null;
}
