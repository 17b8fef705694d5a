/** Room for a frame: what lies in it without belonging to it goes to its right, or below it. */
import { GRID, moveNodes, nodeOf, type Point } from "../../model/graph";
import type { Graph, GraphNode } from "../../protocol";
import type { Specs } from "../../model/rules";
import { boxOf, GROUP_WIDTH, liesIn, type Box, type Heights } from "../nodes/drawn";
import { shownOf, withTheirs } from "./shown";

const GAP = 40;

/** What moves as one: a card, or a frame with what lies in it. The first box is the card's, or the frame's. */
interface Block {
  ids: string[];
  boxes: Box[];
}

/** Frame → what belongs to it. */
export type Held = ReadonlyMap<string, ReadonlySet<string>>;

/** What stands beside what is in the way goes along, so that the order of the drawing stays. `around`: the frames that it lies in. */
export function makingRoom(graph: Graph, specs: Specs, id: string, held: Held, around: ReadonlySet<string>, heights: Heights): Graph {
  const frame = boxOf(nodeOf(graph, id)!, specs, heights);
  const others = shownOf(graph, specs).nodes.filter((node) => node.id !== id && !held.get(id)?.has(node.id) && !around.has(node.id));
  const blocks = blocksOf(others, specs, held, heights);
  const before = new Map(blocks.map((block) => [block, block.boxes[0]!]));
  const inTheWay = (): Block[] => blocks.filter((block) => block.boxes.some((box) => liesIn(frame, box)));
  const isRight = ({ boxes: [box] }: Block): boolean => box!.x + box!.width / 2 >= frame.x + GROUP_WIDTH / 2;
  shift(blocks, inTheWay().filter(isRight), frame, "x");
  shift(blocks, inTheWay(), frame, "y");
  const places = new Map<string, Point>();
  for (const block of blocks) {
    const [from, to] = [before.get(block)!, block.boxes[0]!];
    if (from === to) continue;
    for (const one of block.ids) {
      const [x, y] = nodeOf(graph, one)!.position;
      places.set(one, [x + to.x - from.x, y + to.y - from.y]);
    }
  }
  return moveNodes(graph, withTheirs(graph, specs, places));
}

function blocksOf(nodes: readonly GraphNode[], specs: Specs, held: Held, heights: Heights): Block[] {
  const carried = new Set(nodes.flatMap((node) => [...(held.get(node.id) ?? [])]));
  return nodes.filter((node) => !carried.has(node.id)).map((node) => {
    const inside = nodes.filter((other) => held.get(node.id)?.has(other.id));
    return { ids: [node, ...inside].map((one) => one.id), boxes: [node, ...inside].map((one) => boxOf(one, specs, heights)) };
  });
}

/** Everything from the first obstacle on, as far as it is level with the frame, to where the frame ends. */
function shift(blocks: readonly Block[], obstacles: readonly Block[], frame: Box, along: "x" | "y"): void {
  if (obstacles.length === 0) return;
  const [length, across, width] = along === "x" ? (["width", "y", "height"] as const) : (["height", "x", "width"] as const);
  const start = Math.min(...obstacles.flatMap((block) => block.boxes.map((box) => box[along])));
  const by = Math.ceil((frame[along] + frame[length] + GAP - start) / GRID) * GRID;
  const isLevel = (box: Box): boolean => box[across] < frame[across] + frame[width] && frame[across] < box[across] + box[width];
  for (const block of blocks) {
    if (!block.boxes.some((box) => box[along] >= start && isLevel(box))) continue;
    block.boxes = block.boxes.map((box) => ({ ...box, [along]: box[along] + by }));
  }
}
