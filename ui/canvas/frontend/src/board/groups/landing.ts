/** Wires that are let go over the card of a collapsed group, or that start there: they reach the nodes in it. */
import type { Graph, GraphEdge } from "../../protocol";
import { firstFit, type PortRef, type Specs } from "../../model/rules";
import { shownOf } from "./shown";

/** The first port in a group that takes a wire from elsewhere: an open gate before any other. */
export function landing(graph: Graph, specs: Specs, group: string, from: PortRef): PortRef | null {
  const shown = shownOf(graph, specs);
  const gates = shown.gates.get(group) ?? [];
  const hidden = [...shown.within].filter(([, at]) => at === group).map(([id]) => id);
  const nodes = [...gates.filter((gate) => gate.open).map((gate) => gate.node), ...gates.map((gate) => gate.node), ...hidden];
  for (const node of new Set(nodes)) {
    const edge = from.side === "out" ? firstFit(graph, specs, from.node, node, from) : firstFit(graph, specs, node, from.node, from);
    if (edge) return from.side === "out" ? { node, side: "in", port: edge.target_port } : { node, side: "out", port: edge.source_port };
  }
  return null;
}

/** The first wire that fits from a card to a node: from a collapsed group, through one of its gates. */
export function firstFitFrom(graph: Graph, specs: Specs, card: string, target: string): GraphEdge | null {
  const gates = (shownOf(graph, specs).gates.get(card) ?? []).filter((gate) => gate.side === "out");
  gates.sort((a, b) => Number(b.open) - Number(a.open));
  for (const gate of gates) {
    const edge = firstFit(graph, specs, gate.node, target, gate);
    if (edge) return edge;
  }
  return firstFit(graph, specs, card, target);
}
