/** Everything in layers: a note stays with the card it stands by, and frames lie around what was in them. */
import { moveNodes, snapped, type Point } from "../../model/graph";
import type { Room } from "../../model/folding";
import { layered, type Block } from "../../model/layout";
import type { Graph, GraphNode } from "../../protocol";
import type { Specs } from "../../model/rules";
import { onShown } from "../groups/collapsing";
import { boxOf, frameAround, liesIn, putInto, shapeOf, union, type Box, type Drawn, type Heights } from "./drawn";

/** A note further away than this from every card has a place of its own. */
const NEAR = 140;

/** A card with the notes that stand by it, or a note that stands alone; they move as one. */
type Cluster = Map<string, Box>;

const area = (box: Box): number => box.width * box.height;
/** How far two boxes are apart, along the side where they are further. */
const gap = (a: Box, b: Box): number =>
  Math.max(a.x - b.x - b.width, b.x - a.x - a.width, a.y - b.y - b.height, b.y - a.y - a.height);

/** A collapsed group is one card; what is in it comes along. */
export const arrange = (graph: Graph, specs: Specs, heights: Heights, room?: Room): Graph =>
  onShown(graph, specs, (shown) => arrangeShown(shown, specs, heights, room));

function arrangeShown(graph: Graph, specs: Specs, heights: Heights, room?: Room): Graph {
  const boxes = new Map(graph.nodes.map((node) => [node.id, boxOf(node, specs, heights)]));
  const drawn = (as: Drawn | null): GraphNode[] => graph.nodes.filter((node) => shapeOf(node, specs) === as);
  // From the smallest: the first that holds something is the innermost.
  const frames = drawn("frame").sort((a, b) => area(boxes.get(a.id)!) - area(boxes.get(b.id)!));
  const holder = holders(graph, frames, boxes);
  const clusters = gathered(drawn(null), drawn("note"), holder, boxes);
  const full = frames.filter((frame) => [...clusters.keys()].some((id) => within(holder, id).includes(frame.id)));

  const blocks: Block[] = [...clusters].map(([id, cluster]) => {
    const { width, height } = union([...cluster.values()]);
    return { id, width, height, within: holder.get(id) };
  });
  blocks.push(...full.map(({ id }) => ({ id, width: 0, height: 0, within: holder.get(id) })));
  const corners = layered(blocks, graph.edges, room);
  const places = new Map<string, Point>();
  for (const [id, cluster] of clusters) {
    const from = union([...cluster.values()]);
    const to = corners.get(id)!;
    for (const [one, { x, y }] of cluster) places.set(one, snapped([to.x + x - from.x, to.y + y - from.y]));
  }
  for (const [id, [x, y]] of places) boxes.set(id, { ...boxes.get(id)!, x, y });
  let arranged = moveNodes(graph, places);
  for (const { id } of full) {
    const inside = [...holder].filter(([one, frame]) => frame === id && (places.has(one) || full.some((other) => other.id === one)));
    boxes.set(id, frameAround(inside.map(([one]) => boxes.get(one)!)));
    arranged = putInto(arranged, id, boxes.get(id)!);
  }
  return arranged;
}

/** The innermost frame of each node that lies in one. */
function holders(graph: Graph, frames: readonly GraphNode[], boxes: ReadonlyMap<string, Box>): Map<string, string> {
  const holder = new Map<string, string>();
  for (const node of graph.nodes) {
    const larger = frames.slice(frames.indexOf(node) + 1); // all of them, where the node is no frame itself
    const frame = larger.find((one) => liesIn(boxes.get(one.id)!, boxes.get(node.id)!));
    if (frame) holder.set(node.id, frame.id);
  }
  return holder;
}

const within = (holder: ReadonlyMap<string, string>, id: string): string[] => {
  const frame = holder.get(id);
  return frame ? [frame, ...within(holder, frame)] : [];
};

function gathered(
  cards: readonly GraphNode[], notes: readonly GraphNode[], holder: ReadonlyMap<string, string>, boxes: ReadonlyMap<string, Box>,
): Map<string, Cluster> {
  const clusters = new Map(cards.map(({ id }) => [id, new Map([[id, boxes.get(id)!]])]));
  for (const { id } of notes) {
    const box = boxes.get(id)!;
    const beside = cards.filter((card) => holder.get(card.id) === holder.get(id) && gap(boxes.get(card.id)!, box) <= NEAR);
    beside.sort((a, b) => gap(boxes.get(a.id)!, box) - gap(boxes.get(b.id)!, box));
    const nearest = beside[0] && clusters.get(beside[0].id);
    if (nearest) nearest.set(id, box);
    else clusters.set(id, new Map([[id, box]]));
  }
  return clusters;
}
