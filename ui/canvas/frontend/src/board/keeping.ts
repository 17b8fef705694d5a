/** What somebody looks at stays in view when a card is added. */
import type { ReactFlowInstance } from "@xyflow/react";
import type { State } from "../model/state";
import type { Graph } from "../protocol";
import { shownOf } from "./groups/shown";
import { heightsIn } from "./heights";
import { boxOf, type Box } from "./nodes/drawn";
import { calm, covered, keeping } from "./view";

export function keepInView(flow: ReactFlowInstance, area: HTMLElement | null, { graph, specs, reveal }: State, before: Graph): void {
  if (!area) return;
  const hidden = covered(area);
  const room = { width: area.clientWidth - hidden.right, height: area.clientHeight - hidden.bottom };
  const viewport = flow.getViewport();
  const heights = heightsIn(flow);
  const boxes = new Map(shownOf(graph, specs).nodes.map((node) => [node.id, boxOf(node, specs, heights)]));
  const wasSeen = ({ x, y, width, height }: Box): boolean => {
    const [left, top] = [x * viewport.zoom + viewport.x, y * viewport.zoom + viewport.y];
    return left >= 0 && top >= 0 && left + width * viewport.zoom <= room.width && top + height * viewport.zoom <= room.height;
  };
  const seen = shownOf(before, specs).nodes.filter((node) => wasSeen(boxOf(node, specs, heights))).map((node) => node.id);
  const joined = graph.edges.filter((edge) => reveal.ids.includes(edge.source) || reveal.ids.includes(edge.target));
  const neighbours = joined.flatMap((edge) => [edge.source, edge.target]);
  const groups = [reveal.ids, neighbours, seen].map((ids) => ids.flatMap((id) => boxes.get(id) ?? []));
  const wanted = keeping(viewport, room, groups.filter((group) => group.length > 0));
  const moves = wanted.x !== viewport.x || wanted.y !== viewport.y || wanted.zoom !== viewport.zoom;
  if (moves) void flow.setViewport(wanted, { duration: calm() ? 0 : 250 });
}
