/** The whole pipeline, small: each node in the colour of its category. */
import { MiniMap, type Node } from "@xyflow/react";
import { memo, useCallback } from "react";
import { hueOf } from "../appearance";
import { useEditor } from "../context";
import { nodeOf } from "../model/graph";

const classOf = (node: Node): string => `cb-mini-${node.type}`;

export const Overview = memo(function Overview() {
  const { model } = useEditor();
  // The same function always: with another one, every node of the overview is drawn again at each step of a drag.
  const colourOf = useCallback((node: Node): string => {
    const { graph, specs } = model.state;
    return hueOf(specs.get(nodeOf(graph, node.id)?.component ?? "")?.category ?? "");
  }, [model]);
  return (
    <MiniMap position="bottom-left" pannable zoomable ariaLabel="Overview of the pipeline" nodeBorderRadius={6} nodeClassName={classOf} nodeColor={colourOf} />
  );
});
