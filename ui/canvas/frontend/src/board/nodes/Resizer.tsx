/** The handles of a selected note or frame. */
import { NodeResizer } from "@xyflow/react";
import { useEditor, usePart } from "../../context";
import type { ComponentSpec, GraphNode } from "../../protocol";
import { range, snappedBox } from "./drawn";

interface Props {
  node: GraphNode;
  spec: ComponentSpec | undefined;
  selected: boolean;
}

export function Resizer({ node, spec, selected }: Props) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  const alone = usePart((state) => state.selection.length === 1);
  const [minWidth, maxWidth] = range(spec, "width");
  const [minHeight, maxHeight] = range(spec, "height");
  return (
    <NodeResizer
      isVisible={selected && alone && !readonly}
      {...{ minWidth, maxWidth, minHeight, maxHeight }}
      onResizeEnd={(_, { x, y, width, height }) => model.putInto(node.id, snappedBox({ x, y, width, height }))}
    />
  );
}
