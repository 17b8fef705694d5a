/** A titled frame behind the nodes. Its ground lets the pointer through: it is held by its title or its edge. */
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { usePart } from "../../context";
import { nodeOf } from "../../model/graph";
import { Badge, problemsOf } from "../NodeCard";
import { paintOf, textOf } from "./paint";
import { Resizer } from "./Resizer";

export const Frame = memo(function Frame({ id, selected }: NodeProps) {
  const node = usePart((state) => nodeOf(state.graph, id));
  const spec = usePart((state) => state.specs.get(node?.component ?? ""));
  const problems = usePart((state) => problemsOf(state.problems, id));
  if (!node) return null;
  const title = textOf(node.params["title"]) || node.title || spec?.title || node.component;
  return (
    <div data-testid={`node-${id}`} className={`cb-frame cb-paint-${paintOf(node, spec)}${selected ? " cb-drawn-selected" : ""}`}>
      <svg className="cb-frame-edge" aria-hidden="true"><rect width="100%" height="100%" rx="12" /></svg>
      <div className="cb-frame-title"><span className="cb-clip" title={title}>{title}</span><Badge problems={problems} /></div>
      <Resizer node={node} spec={spec} selected={selected} />
    </div>
  );
});
