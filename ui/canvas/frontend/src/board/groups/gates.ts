/** The ports on the card of a collapsed group: those where a wire crosses its border, and those that are open. */
import type { Graph, GraphNode, InputPort, OutputPort, PortKind } from "../../protocol";
import type { PortRef, Specs } from "../../model/rules";
import { drawnAs, specOf } from "../nodes/drawn";
import type { ShownWire } from "./shown";

export interface Gate extends PortRef {
  kind: PortKind;
  optional: boolean;
  /** No wire crosses the border here yet: an input that needs one, or the end of a chain. */
  open: boolean;
}

type Side = PortRef["side"];
type AnyPort = Partial<InputPort> & OutputPort;

/** From the top, as the nodes lie in the group. */
export function gatesOf(
  group: string, graph: Graph, specs: Specs, wires: readonly ShownWire[], within: ReadonlyMap<string, string>,
): Gate[] {
  const inside = graph.nodes.filter((node) => within.get(node.id) === group && !drawnAs(specOf(node, specs)));
  inside.sort((a, b) => a.position[1] - b.position[1] || a.position[0] - b.position[0]);
  const crossing = new Set([
    ...wires.filter((wire) => wire.source === group).map(({ edge }) => name("out", edge.source, edge.source_port)),
    ...wires.filter((wire) => wire.target === group).map(({ edge }) => name("in", edge.target, edge.target_port)),
  ]);
  const gates = (side: Side): Gate[] => inside.flatMap((node) => {
    const wired = wiredPorts(graph, node.id, side);
    const ports = portsOf(node, specs, side, wired);
    return ports.flatMap((port, place) => {
      const open = !crossing.has(name(side, node.id, port.name));
      if (open && !isOpen(side, port, place, wired)) return [];
      return [{ node: node.id, side, port: port.name, kind: port.kind, optional: port.optional ?? false, open }];
    });
  });
  return [...gates("in"), ...gates("out")];
}

const name = (side: Side, node: string, port: string): string => `${side} ${node} ${port}`;

const wiredPorts = (graph: Graph, id: string, side: Side): ReadonlySet<string> => new Set(side === "in"
  ? graph.edges.filter((edge) => edge.target === id).map((edge) => edge.target_port)
  : graph.edges.filter((edge) => edge.source === id).map((edge) => edge.source_port));

/** Those of its component, and any other that a wire names: an unknown component has no ports of its own. */
function portsOf(node: GraphNode, specs: Specs, side: Side, wired: ReadonlySet<string>): AnyPort[] {
  const spec = specOf(node, specs);
  const own: AnyPort[] = (side === "in" ? spec?.inputs : spec?.outputs) ?? [];
  const others = [...wired].filter((port) => !own.some((one) => one.name === port));
  return [...own, ...others.map((port) => ({ name: port, kind: "table" as const }))];
}

/** An input that must be fed, or the first output of a node from which no wire goes on. */
const isOpen = (side: Side, port: AnyPort, place: number, wired: ReadonlySet<string>): boolean =>
  side === "in" ? !port.optional && !wired.has(port.name) : place === 0 && wired.size === 0;
