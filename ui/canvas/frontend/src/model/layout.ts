/** Left-to-right layout by layers, in rows where it would get too long. */
import { Graph as Dagre, layout as run } from "@dagrejs/dagre";
import type { GraphEdge } from "../protocol";
import { folded, type Placed, type Room } from "./folding";

export interface Block {
  id: string;
  width: number;
  height: number;
  /** The block that this one is to stay in. */
  within?: string | undefined;
}

type Corners = Map<string, { x: number; y: number }>;

/** Around what stays in a block; as frames are drawn. */
const RIM = { side: 30, top: 50 };

/** Where the top left corner of each block comes; a block that others stay in has no place of its own. */
export function layered(blocks: readonly Block[], edges: readonly GraphEdge[], room?: Room): Corners {
  const corners = inLayers(blocks, edges);
  const outermost = new Map(blocks.map((block) => [block.id, outermostOf(blocks, block)]));
  const links = edges.map((edge) => [outermost.get(edge.source) ?? "", outermost.get(edge.target) ?? ""] as const);
  const shifts = folded(wholes(blocks, corners, outermost), links, room);
  return new Map([...corners].map(([id, { x, y }]) => {
    const shift = shifts.get(outermost.get(id)!)!;
    return [id, { x: x + shift.x, y: y + shift.y }] as const;
  }));
}

function inLayers(blocks: readonly Block[], edges: readonly GraphEdge[]): Corners {
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

function outermostOf(blocks: readonly Block[], block: Block): string {
  const holder = blocks.find((one) => one.id === block.within);
  return holder ? outermostOf(blocks, holder) : block.id;
}

/** What is not to be parted: a block, or an outermost one with all that stays in it. */
function wholes(blocks: readonly Block[], corners: Corners, outermost: ReadonlyMap<string, string>): Placed[] {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    if (corners.has(block.id)) groups.set(outermost.get(block.id)!, [...(groups.get(outermost.get(block.id)!) ?? []), block]);
  }
  return [...groups].map(([id, parts]) => {
    const rim = parts.some((part) => part.within) ? RIM : { side: 0, top: 0 };
    const left = Math.min(...parts.map((part) => corners.get(part.id)!.x)) - rim.side;
    const top = Math.min(...parts.map((part) => corners.get(part.id)!.y)) - rim.top;
    const right = Math.max(...parts.map((part) => corners.get(part.id)!.x + part.width)) + rim.side;
    const bottom = Math.max(...parts.map((part) => corners.get(part.id)!.y + part.height)) + rim.side;
    return { id, x: left, y: top, width: right - left, height: bottom - top };
  });
}
