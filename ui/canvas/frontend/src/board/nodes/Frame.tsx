/** A titled frame behind the nodes. Its ground lets the pointer through: it is held by its title or its edge. */
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useEditor, usePart } from "../../context";
import { Icon } from "../../Icon";
import { fold, ungroup } from "../../model/acting";
import { nodeOf } from "../../model/graph";
import { Badge, problemsOf } from "../NodeCard";
import { DrawnTools } from "./DrawnTools";
import { groupTitle } from "../groups/grouping";
import { paintOf, textOf } from "./paint";
import { Resizer } from "./Resizer";
import { Written } from "./Written";

export const Frame = memo(function Frame({ id, selected }: NodeProps) {
  const { model } = useEditor();
  const node = usePart((state) => nodeOf(state.graph, id));
  const specs = usePart((state) => state.specs);
  const readonly = usePart((state) => state.readonly);
  const problems = usePart((state) => problemsOf(state.problems, id));
  const writing = usePart((state) => state.editing === id && !state.readonly);
  if (!node) return null;
  const spec = specs.get(node.component);
  const title = groupTitle(node, specs);
  const most = Number(spec?.params.properties?.["title"]?.["maxLength"] ?? 110);
  return (
    <div data-testid={`node-${id}`} className={`cb-frame cb-paint-${paintOf(node, spec)}${selected ? " cb-drawn-selected" : ""}`}>
      <svg className="cb-frame-edge" aria-hidden="true"><rect width="100%" height="100%" rx="12" /></svg>
      <div className="cb-frame-title" onDoubleClick={() => model.edit(id)}>
        {writing
          ? <Written single label="Title of this group" value={textOf(node.params["title"])} most={most} placeholder="What these nodes do together"
              onChange={(text) => model.setParam(id, "title", text === "" ? undefined : text)} />
          : <span className="cb-clip" title={`${title} (double-click to name it)`}>{title}</span>}
        <Badge problems={problems} />
        {!readonly && !writing && (
          <button type="button" className="cb-tool cb-tool-small nodrag" data-testid={`collapse-${id}`} title="Collapse into one card (G)" aria-label={`Collapse ${title}`}
            onClick={() => fold(model, [id])} onDoubleClick={(event) => event.stopPropagation()}>
            <Icon name="close_fullscreen" />
          </button>
        )}
      </div>
      <DrawnTools node={node} spec={spec} tools={[
        { icon: "ungroup", label: "Ungroup (Ctrl Shift G)", onClick: () => ungroup(model) },
        { icon: "delete", label: "Delete the frame, keep the nodes", onClick: () => model.remove([id]) },
      ]} />
      <Resizer node={node} spec={spec} selected={selected} />
    </div>
  );
});
