/** Nodes whose component is not installed: their ports are those that wires hang on. */
import type { ComponentSpec, Graph, GraphNode, InputPort, OutputPort, PortKind } from "../protocol";
import type { Specs } from "./rules";

export interface Ports {
  inputs: InputPort[];
  outputs: OutputPort[];
}

export function portsOf(graph: Graph, specs: Specs, node: GraphNode): Ports {
  const spec = specs.get(node.component);
  if (spec) return { inputs: spec.inputs, outputs: spec.outputs };
  const inputs = new Map<string, InputPort>();
  const outputs = new Map<string, OutputPort>();
  for (const edge of graph.edges) {
    if (edge.target === node.id && !inputs.has(edge.target_port)) {
      const kind = kindAt(specs.get(componentAt(graph, edge.source)), "outputs", edge.source_port);
      inputs.set(edge.target_port, { name: edge.target_port, kind, many: true });
    }
    if (edge.source === node.id && !outputs.has(edge.source_port)) {
      const kind = kindAt(specs.get(componentAt(graph, edge.target)), "inputs", edge.target_port);
      outputs.set(edge.source_port, { name: edge.source_port, kind });
    }
  }
  return { inputs: [...inputs.values()], outputs: [...outputs.values()] };
}

const componentAt = (graph: Graph, id: string): string => graph.nodes.find((node) => node.id === id)?.component ?? "";

/** What flows through a port of the other end; a table where that is not known either. */
const kindAt = (spec: ComponentSpec | undefined, side: "inputs" | "outputs", port: string): PortKind =>
  spec?.[side].find((one) => one.name === port)?.kind ?? "table";

const kept = new WeakMap<Graph, Map<string, Ports>>();

/** The same, worked out once for each drawing, so that the reference is stable. */
export function stablePortsOf(graph: Graph, specs: Specs, node: GraphNode): Ports {
  const known = kept.get(graph) ?? new Map<string, Ports>();
  kept.set(graph, known);
  const found = known.get(node.id) ?? portsOf(graph, specs, node);
  known.set(node.id, found);
  return found;
}
