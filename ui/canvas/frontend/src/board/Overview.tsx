/** The whole pipeline, small: each node in the colour of its category. It is there while some of it is out of view. */
import { MiniMap, type Node, type ReactFlowState, useStore } from "@xyflow/react";
import { memo, useCallback } from "react";
import { hueOf } from "../appearance";
import { useEditor } from "../context";
import { nodeOf } from "../model/graph";

const classOf = (node: Node): string => `cb-mini-${node.type}`;

/** Whether a card lies outside of what is seen, wholly or in part. */
function isBeyond({ nodeLookup, transform: [x, y, zoom], width, height }: ReactFlowState): boolean {
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (left < 0 || top < 0 || right > width || bottom > height) return true;
  }
  return false;
}

export const Overview = memo(function Overview() {
  const { model } = useEditor();
  const isNeeded = useStore(isBeyond);
  // The same function always: with another one, every node of the overview is drawn again at each step of a drag.
  const colourOf = useCallback((node: Node): string => {
    const { graph, specs } = model.state;
    return hueOf(specs.get(nodeOf(graph, node.id)?.component ?? "")?.category ?? "");
  }, [model]);
  if (!isNeeded) return null;
  return (
    <MiniMap position="bottom-left" pannable zoomable ariaLabel="Overview of the pipeline" nodeBorderRadius={6} nodeClassName={classOf} nodeColor={colourOf} />
  );
});
