/** A frame that is moved takes along what lies in it. */
import type { NodeChange, NodePositionChange } from "@xyflow/react";
import { nodeOf, type Point } from "../../model/graph";
import type { Graph } from "../../protocol";
import type { Specs } from "../../model/rules";
import { members, shapeOf, type Heights } from "./drawn";
import { shownOf } from "../groups/shown";

interface Held {
  from: Point;
  with: { id: string; from: Point }[];
}

interface Drawing {
  graph: Graph;
  specs: Specs;
}

/** What lies in a frame is told once, when its move begins: else it would collect whatever it passes over. */
export class Carrier {
  private readonly held = new Map<string, Held>();

  /** The changes, and those of the nodes that come along. */
  carry(changes: NodeChange[], drawing: Drawing, heights: Heights): NodeChange[] {
    const moves = changes.filter((change): change is NodePositionChange => change.type === "position" && change.dragging !== undefined);
    const moved = new Set(moves.map((change) => change.id));
    const carried = new Map<string, NodePositionChange>();
    for (const change of moves.flatMap((one) => this.along(one, drawing, heights))) {
      if (!moved.has(change.id)) carried.set(change.id, change);
    }
    return [...changes, ...carried.values()];
  }

  private along(change: NodePositionChange, drawing: Drawing, heights: Heights): NodePositionChange[] {
    const { id, position, dragging } = change;
    const node = nodeOf(drawing.graph, id);
    if (!node || !position || shapeOf(node, drawing.specs) !== "frame") return [];
    const held = this.held.get(id) ?? {
      from: node.position,
      with: members(shownOf(drawing.graph, drawing.specs), drawing.specs, id, heights).map((one) => ({ id: one.id, from: one.position })),
    };
    if (dragging) this.held.set(id, held);
    else this.held.delete(id);
    const [x, y] = [position.x - held.from[0], position.y - held.from[1]];
    return held.with.map((one) => ({
      type: "position", id: one.id, dragging: dragging ?? false, position: { x: one.from[0] + x, y: one.from[1] + y },
    }));
  }
}
