/** Cards brought into line, or spread evenly. */
import { boxOf, drawnAs, members, specOf, union, type Box, type Heights } from "../board/nodes/drawn";
import type { Graph } from "../protocol";
import { moveNodes, nodeOf, type Point } from "./graph";
import type { Specs } from "./rules";

export type Line = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "across" | "down";

type Boxes = Map<string, Box>;

const PLACES: { [line in Line]: (all: Box, one: Box) => Partial<Box> } = {
  left: (all) => ({ x: all.x }),
  centre: (all, one) => ({ x: all.x + (all.width - one.width) / 2 }),
  right: (all, one) => ({ x: all.x + all.width - one.width }),
  top: (all) => ({ y: all.y }),
  middle: (all, one) => ({ y: all.y + (all.height - one.height) / 2 }),
  bottom: (all, one) => ({ y: all.y + all.height - one.height }),
};

export function align(graph: Graph, specs: Specs, chosen: readonly string[], line: Line, heights: Heights): Graph {
  const boxes = movable(graph, specs, chosen, heights);
  if (boxes.size < 2) return graph;
  const all = union([...boxes.values()]);
  const places = new Map([...boxes].map(([id, box]) => [id, { ...box, ...PLACES[line](all, box) }]));
  return moved(graph, specs, boxes, places, heights);
}

/** The outermost stay; between each two of the others the gaps become equal. */
export function distribute(graph: Graph, specs: Specs, chosen: readonly string[], axis: Axis, heights: Heights): Graph {
  const boxes = movable(graph, specs, chosen, heights);
  if (boxes.size < 3) return graph;
  const [start, size] = axis === "across" ? (["x", "width"] as const) : (["y", "height"] as const);
  const inOrder = [...boxes].sort(([, a], [, b]) => a[start] + a[size] / 2 - b[start] - b[size] / 2);
  const all = union([...boxes.values()]);
  const gap = (all[size] - inOrder.reduce((sum, [, box]) => sum + box[size], 0)) / (inOrder.length - 1);
  const places: Boxes = new Map();
  let at = all[start];
  for (const [id, box] of inOrder) {
    places.set(id, { ...box, [start]: at });
    at += box[size] + gap;
  }
  return moved(graph, specs, boxes, places, heights);
}

/** What lies in a chosen frame moves with the frame, not by itself. */
function movable(graph: Graph, specs: Specs, chosen: readonly string[], heights: Heights): Boxes {
  const carried = new Set(chosen.flatMap((id) => carriedBy(graph, specs, id, heights)));
  const nodes = chosen.filter((id) => !carried.has(id)).flatMap((id) => nodeOf(graph, id) ?? []);
  return new Map(nodes.map((node) => [node.id, boxOf(node, specs, heights)]));
}

function carriedBy(graph: Graph, specs: Specs, id: string, heights: Heights): string[] {
  if (drawnAs(specOf(nodeOf(graph, id), specs)) !== "frame") return [];
  return members(graph, specs, id, heights).map((node) => node.id);
}

function moved(graph: Graph, specs: Specs, from: Boxes, to: Boxes, heights: Heights): Graph {
  const places = new Map<string, Point>();
  for (const [id, { x, y }] of to) {
    const shift: Point = [Math.round(x) - from.get(id)!.x, Math.round(y) - from.get(id)!.y];
    for (const one of [id, ...carriedBy(graph, specs, id, heights)]) {
      const [left, top] = nodeOf(graph, one)!.position;
      places.set(one, [left + shift[0], top + shift[1]]);
    }
  }
  return moveNodes(graph, places);
}
