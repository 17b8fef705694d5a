/** Which components could be wired to a port. */
import { nodeOf } from "../model/graph";
import { titleOf, type PortRef, type Specs } from "../model/rules";
import type { ComponentSpec, Graph, PortKind } from "../protocol";

export function kindAt(graph: Graph, specs: Specs, { node, side, port }: PortRef): PortKind | undefined {
  const spec = specs.get(nodeOf(graph, node)?.component ?? "");
  return (side === "out" ? spec?.outputs : spec?.inputs)?.find((one) => one.name === port)?.kind;
}

/** Those with a port of the same kind on the other side. */
export function fitting(palette: ComponentSpec[], graph: Graph, specs: Specs, port: PortRef): ComponentSpec[] {
  const kind = kindAt(graph, specs, port);
  return palette.filter((spec) => (port.side === "out" ? spec.inputs : spec.outputs).some((one) => one.kind === kind));
}

/** What the palette is filtered by, in words. */
export function wordsFor(graph: Graph, specs: Specs, port: PortRef): string {
  const node = nodeOf(graph, port.node);
  const spec = specs.get(node?.component ?? "");
  const several = ((port.side === "out" ? spec?.outputs : spec?.inputs) ?? []).length > 1;
  return `${port.side === "out" ? "After" : "Before"} ${titleOf(node, specs)}${several ? `: ${port.port}` : ""}`;
}
