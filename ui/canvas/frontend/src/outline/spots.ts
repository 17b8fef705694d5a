/** Where a new node can come, seen from one that is there: before it, after it, or into one of its wires. */
import { CARD_HEIGHT, CARD_WIDTH, freePlace, nodeOf, type Point } from "../model/graph";
import { titleOf, type PortRef, type Specs } from "../model/rules";
import type { ComponentSpec, Graph, GraphEdge, PortKind } from "../protocol";

export type Spot =
  | { at: "between"; edge: GraphEdge }
  | { at: "after"; port: PortRef }
  | { at: "before"; port: PortRef }
  | { at: "apart" };

export type Side = "before" | "after";

const GAP = 110;

/** Every place beside a node, the likeliest first: into a wire where there is one, else to a free port. */
export function spotsAt(graph: Graph, specs: Specs, id: string | null, side: Side): Spot[] {
  const node = nodeOf(graph, id);
  const spec = specs.get(node?.component ?? "");
  if (!node || !spec) return [{ at: "apart" }];
  const before: Spot[] = [
    ...graph.edges.filter((edge) => edge.target === node.id).map((edge): Spot => ({ at: "between", edge })),
    ...spec.inputs
      .filter((port) => port.many || !graph.edges.some((edge) => edge.target === node.id && edge.target_port === port.name))
      .map((port): Spot => ({ at: "before", port: { node: node.id, side: "in", port: port.name } })),
  ];
  const leaving = graph.edges.filter((edge) => edge.source === node.id);
  const into = leaving.map((edge): Spot => ({ at: "between", edge }));
  const beside = spec.outputs.map((port): Spot => ({ at: "after", port: { node: node.id, side: "out", port: port.name } }));
  // A chain goes on in one way: what is added after one of its nodes belongs into it.
  const after = leaving.length === 1 ? [...into, ...beside] : [...beside, ...into];
  return side === "before" ? [...before, ...after, { at: "apart" }] : [...after, ...before, { at: "apart" }];
}

export const spotKey = (spot: Spot): string =>
  spot.at === "between"
    ? `${spot.at} ${Object.values(spot.edge).join(" ")}`
    : spot.at === "apart" ? spot.at : `${spot.at} ${spot.port.node} ${spot.port.port}`;

export function spotName(spot: Spot, graph: Graph, specs: Specs): string {
  const title = (id: string): string => titleOf(nodeOf(graph, id), specs);
  if (spot.at === "apart") return "On its own, without a wire";
  if (spot.at === "between") return `Between ${title(spot.edge.source)} and ${title(spot.edge.target)}`;
  const spec = specs.get(nodeOf(graph, spot.port.node)?.component ?? "");
  const ports = (spot.at === "after" ? spec?.outputs : spec?.inputs) ?? [];
  const which = ports.length > 1 ? `, ${spot.at === "after" ? "from" : "into"} ${spot.port.port}` : "";
  return `${spot.at === "after" ? "After" : "Before"} ${title(spot.port.node)}${which}`;
}

/** Whether a component can stand there, wired. */
export function fitsAt(spot: Spot, spec: ComponentSpec, graph: Graph, specs: Specs): boolean {
  if (spot.at === "apart") return true;
  const takes = (kind: PortKind | null): boolean => spec.inputs.some((port) => port.kind === kind);
  const gives = (kind: PortKind | null): boolean => spec.outputs.some((port) => port.kind === kind);
  if (spot.at === "between") {
    const kind = kindOf(graph, specs, { node: spot.edge.source, side: "out", port: spot.edge.source_port });
    return takes(kind) && gives(kind);
  }
  const kind = kindOf(graph, specs, spot.port);
  return spot.at === "after" ? takes(kind) : gives(kind);
}

function kindOf(graph: Graph, specs: Specs, ref: PortRef): PortKind | null {
  const spec = specs.get(nodeOf(graph, ref.node)?.component ?? "");
  const ports = ref.side === "in" ? spec?.inputs : spec?.outputs;
  return ports?.find((port) => port.name === ref.port)?.kind ?? null;
}

/** Where its card stands on the canvas. */
export function pointAt(spot: Spot, graph: Graph): Point {
  if (spot.at === "apart") {
    const below = Math.max(-CARD_HEIGHT, ...graph.nodes.map((node) => node.position[1] + CARD_HEIGHT));
    return freePlace(graph, [Math.min(0, ...graph.nodes.map((node) => node.position[0])), below + 40]);
  }
  if (spot.at === "between") {
    const [from, to] = [nodeOf(graph, spot.edge.source), nodeOf(graph, spot.edge.target)];
    return [((from?.position[0] ?? 0) + (to?.position[0] ?? 0)) / 2, from?.position[1] ?? 0];
  }
  const [x, y] = nodeOf(graph, spot.port.node)?.position ?? [0, 0];
  return freePlace(graph, [spot.at === "after" ? x + CARD_WIDTH + GAP : x - CARD_WIDTH - GAP, y]);
}
