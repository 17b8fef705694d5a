/** A note: plain words on coloured paper. It has no ports and no state, because it never runs. */
import type { NodeProps } from "@xyflow/react";
import { memo, useLayoutEffect, useRef, useState } from "react";
import { usePart } from "../../context";
import { nodeOf } from "../../model/graph";
import { Badge, problemsOf } from "../NodeCard";
import { paintOf, textOf } from "./paint";
import { Resizer } from "./Resizer";

export const Note = memo(function Note({ id, selected, width, height }: NodeProps) {
  const node = usePart((state) => nodeOf(state.graph, id));
  const spec = usePart((state) => state.specs.get(node?.component ?? ""));
  const problems = usePart((state) => problemsOf(state.problems, id));
  const paper = useRef<HTMLDivElement>(null);
  const [long, setLong] = useState(false);
  const text = textOf(node?.params["text"]);
  useLayoutEffect(() => {
    const element = paper.current;
    if (element) setLong(element.scrollHeight > element.clientHeight);
  }, [text, node?.title, width, height]);
  if (!node) return null;
  const title = node.title ?? spec?.title ?? node.component;
  return (
    <div data-testid={`node-${id}`} className={`cb-note cb-paint-${paintOf(node, spec)}${selected ? " cb-drawn-selected" : ""}`}>
      {(node.title || problems.length > 0) && (
        <div className="cb-note-head"><span className="cb-clip" title={title}>{title}</span><Badge problems={problems} /></div>
      )}
      {/* Only what is longer than its paper takes the wheel and the arrow keys. */}
      <div ref={paper} className={`cb-note-text${long ? " nowheel nokey" : ""}`} {...(long ? { tabIndex: 0, role: "region", "aria-label": `Text of ${title}` } : {})}>
        {text || <span className="cb-note-empty">Write this note in its settings.</span>}
      </div>
      <Resizer node={node} spec={spec} selected={selected} />
    </div>
  );
});
