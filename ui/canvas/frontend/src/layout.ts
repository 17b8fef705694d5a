/** Left-to-right layout by layers. */
import { Graph as Dagre, layout as run } from "@dagrejs/dagre";
import { CARD_HEIGHT, CARD_WIDTH, snapped, type Point } from "./graph";
import type { Graph } from "./protocol";

export function arrange(graph: Graph, heights: ReadonlyMap<string, number> = new Map()): Map<string, Point> {
  const dag = new Dagre();
  dag.setGraph({ rankdir: "LR", nodesep: 44, ranksep: 70, marginx: 0, marginy: 0 });
  dag.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) {
    dag.setNode(node.id, { width: CARD_WIDTH, height: heights.get(node.id) ?? CARD_HEIGHT });
  }
  for (const edge of graph.edges) dag.setEdge(edge.source, edge.target);
  run(dag);
  const places = new Map<string, Point>();
  for (const node of graph.nodes) {
    const box = dag.node(node.id) as { x: number; y: number; width: number; height: number };
    places.set(node.id, snapped([box.x - box.width / 2, box.y - box.height / 2]));
  }
  return places;
}
