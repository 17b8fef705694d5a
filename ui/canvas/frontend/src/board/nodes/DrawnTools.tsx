/** The small bar over a selected note or group: its colours, and what can be done with it. */
import { NodeToolbar, Position } from "@xyflow/react";
import { useEditor, usePart } from "../../context";
import { sentence } from "../../fields/schema";
import { Icon } from "../../Icon";
import type { ComponentSpec, GraphNode } from "../../protocol";
import { paintOf } from "./paint";

export interface Tool {
  icon: string;
  label: string;
  onClick(): void;
}

export function DrawnTools({ node, spec, tools }: { node: GraphNode; spec: ComponentSpec | undefined; tools: readonly Tool[] }) {
  const { model } = useEditor();
  const shown = usePart((state) => !state.readonly && state.selection.length === 1 && state.selection[0] === node.id);
  const colors = (spec?.params.properties?.["color"]?.enum ?? []).map(String);
  const now = paintOf(node, spec);
  const usual = spec?.params.properties?.["color"]?.default;
  return (
    <NodeToolbar nodeId={node.id} isVisible={shown} position={Position.Top} offset={8} align="start" style={{ zIndex: 6 }}>
      <div className="cb-drawn-tools" role="toolbar" aria-label="Colour and actions" onDoubleClick={(event) => event.stopPropagation()}>
        {colors.map((color) => (
          <button key={color} type="button" className={`cb-paint cb-paint-${color}`} aria-pressed={color === now} aria-label={`${sentence(color)} colour`} title={sentence(color)}
            onClick={() => model.setParam(node.id, "color", color === usual ? undefined : color)} />
        ))}
        {tools.map((tool) => (
          <button key={tool.icon} type="button" className="cb-tool cb-tool-small" aria-label={tool.label} title={tool.label} onClick={tool.onClick}><Icon name={tool.icon} /></button>
        ))}
      </div>
    </NodeToolbar>
  );
}
