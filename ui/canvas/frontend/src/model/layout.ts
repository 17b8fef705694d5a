/** Left-to-right layout by layers. */
import { Graph as Dagre, layout as run } from "@dagrejs/dagre";
import type { GraphEdge } from "../protocol";

export interface Block {
  id: string;
  width: number;
  height: number;
  /** The block that this one is to stay in. */
  within?: string | undefined;
}

/** Where the top left corner of each block comes; a block that others stay in has no place of its own. */
export function layered(blocks: readonly Block[], edges: readonly GraphEdge[]): Map<string, { x: number; y: number }> {
  const dag = new Dagre({ compound: true });
  dag.setGraph({ rankdir: "LR", nodesep: 44, ranksep: 70, marginx: 0, marginy: 0 });
  dag.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of blocks) dag.setNode(id, { width, height });
  for (const { id, within } of blocks) if (within) dag.setParent(id, within);
  for (const edge of edges) dag.setEdge(edge.source, edge.target);
  run(dag);
  const holders = new Set(blocks.map((block) => block.within));
  return new Map(blocks.filter((block) => !holders.has(block.id)).map(({ id, width, height }) => {
    const middle = dag.node(id) as { x: number; y: number };
    return [id, { x: middle.x - width / 2, y: middle.y - height / 2 }] as const;
  }));
}
