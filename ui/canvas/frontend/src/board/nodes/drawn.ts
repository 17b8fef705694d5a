/** Nodes that are only drawn, notes and frames: which they are, how large, and what lies in a frame. A collapsed frame is a card. */
import { CARD_HEIGHT, CARD_WIDTH, snap, type Point } from "../../model/graph";
import type { ComponentSpec, Graph, GraphNode } from "../../protocol";
import type { Specs } from "../../model/rules";

export type Drawn = "note" | "frame";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The measured heights of the cards. */
export type Heights = ReadonlyMap<string, number>;

const SMALLEST = 60;
/** Of the card that stands for a collapsed frame: wider, because its ports have names. */
export const GROUP_WIDTH = 260;
/** Between a frame and what it is drawn around; its title stands at the top. */
const SPACE = { side: 30, top: 50 };

export const drawnAs = (spec: ComponentSpec | undefined): Drawn | null =>
  spec?.family === "note" || spec?.family === "frame" ? spec.family : null;

export const specOf = (node: GraphNode | undefined, specs: Specs): ComponentSpec | undefined => specs.get(node?.component ?? "");

export const isCollapsed = (node: GraphNode, specs: Specs): boolean =>
  node.params["collapsed"] === true && drawnAs(specs.get(node.component)) === "frame";

/** How it lies on the board: a collapsed frame as a card. */
export const shapeOf = (node: GraphNode, specs: Specs): Drawn | null =>
  isCollapsed(node, specs) ? null : drawnAs(specs.get(node.component));

/** How small and how large one side of it may be, as its params say. */
export function range(spec: ComponentSpec | undefined, side: "width" | "height"): [number, number] {
  const { minimum, maximum } = (spec?.params.properties?.[side] ?? {}) as { minimum?: number; maximum?: number };
  return [minimum ?? SMALLEST, maximum ?? Infinity];
}

export function lengthOf(node: GraphNode, spec: ComponentSpec | undefined, side: "width" | "height"): number {
  const wanted = [node.params[side], spec?.params.properties?.[side]?.default].find((value) => Number.isFinite(value));
  const [least, most] = range(spec, side);
  return Math.min(most, Math.max(least, (wanted as number | undefined) ?? SMALLEST));
}

export function boxOf(node: GraphNode, specs: Specs, heights: Heights): Box {
  const [x, y] = node.position;
  const spec = specOf(node, specs);
  if (shapeOf(node, specs)) return { x, y, width: lengthOf(node, spec, "width"), height: lengthOf(node, spec, "height") };
  return { x, y, width: isCollapsed(node, specs) ? GROUP_WIDTH : CARD_WIDTH, height: heights.get(node.id) ?? CARD_HEIGHT };
}

/** Whether something belongs to a frame: its middle lies in it, and there is room for it. */
export function liesIn(frame: Box, inner: Box): boolean {
  const x = inner.x + inner.width / 2 - frame.x;
  const y = inner.y + inner.height / 2 - frame.y;
  const fits = inner.width <= frame.width && inner.height <= frame.height;
  return fits && x >= 0 && x <= frame.width && y >= 0 && y <= frame.height;
}

/** What lies in a frame, of the nodes that are given. */
export function members({ nodes }: { nodes: readonly GraphNode[] }, specs: Specs, frame: string, heights: Heights): GraphNode[] {
  const node = nodes.find((one) => one.id === frame);
  if (!node) return [];
  const box = boxOf(node, specs, heights);
  return nodes.filter((other) => other.id !== frame && liesIn(box, boxOf(other, specs, heights)));
}

/** What holds all of these boxes. */
export function union(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** The frame that holds all of these, with room for its title. */
export function frameAround(boxes: readonly Box[]): Box {
  const { x, y, width, height } = union(boxes);
  return snappedBox({ x: x - SPACE.side, y: y - SPACE.top, width: width + 2 * SPACE.side, height: height + SPACE.top + SPACE.side });
}

export const snappedBox = ({ x, y, width, height }: Box): Box => ({ x: snap(x), y: snap(y), width: snap(width), height: snap(height) });

export function putInto(graph: Graph, id: string, box: Box): Graph {
  const position: Point = [box.x, box.y];
  const nodes = graph.nodes.map((node) =>
    node.id === id ? { ...node, position, params: { ...node.params, width: box.width, height: box.height } } : node);
  return { ...graph, nodes };
}

/** The nearest place at or below `wanted` where something new covers no card and no note; frames are ground. */
export function freeSpot(nodes: readonly GraphNode[], specs: Specs, spec: ComponentSpec, wanted: Point, heights: Heights): Point {
  const blank: GraphNode = { id: "", component: spec.key, title: null, params: {}, position: wanted };
  const { width, height } = boxOf(blank, specs, heights);
  const boxes = nodes.filter((node) => shapeOf(node, specs) !== "frame").map((node) => boxOf(node, specs, heights));
  const [x, start] = [snap(wanted[0]), snap(wanted[1])];
  let y = start;
  const covers = (box: Box): boolean => x < box.x + box.width && box.x < x + width && y < box.y + box.height + 10 && box.y < y + height + 10;
  for (let hit = boxes.find(covers); hit; hit = boxes.find(covers)) y = snap(hit.y + hit.height + 20);
  return [x, y];
}
