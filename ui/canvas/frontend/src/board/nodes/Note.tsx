/** A note: plain words on coloured paper. It has no ports and no state, because it never runs. */
import type { NodeProps } from "@xyflow/react";
import { memo, useLayoutEffect, useRef, useState } from "react";
import { useEditor, usePart } from "../../context";
import { nodeOf } from "../../model/graph";
import { Badge, problemsOf } from "../NodeCard";
import { DrawnTools } from "./DrawnTools";
import { paintOf, textOf } from "./paint";
import { Resizer } from "./Resizer";
import { Written } from "./Written";

export const Note = memo(function Note({ id, selected, width, height }: NodeProps) {
  const { model } = useEditor();
  const node = usePart((state) => nodeOf(state.graph, id));
  const spec = usePart((state) => state.specs.get(node?.component ?? ""));
  const problems = usePart((state) => problemsOf(state.problems, id));
  const writing = usePart((state) => state.editing === id && !state.readonly);
  const paper = useRef<HTMLDivElement>(null);
  const [long, setLong] = useState(false);
  const text = textOf(node?.params["text"]);
  useLayoutEffect(() => {
    const element = paper.current;
    if (element) setLong(element.scrollHeight > element.clientHeight);
  }, [text, node?.title, width, height, writing]);
  if (!node) return null;
  const title = node.title ?? spec?.title ?? node.component;
  const most = Number(spec?.params.properties?.["text"]?.["maxLength"] ?? 5000);
  const hint = "Double-click to write.";
  return (
    <div data-testid={`node-${id}`} className={`cb-note cb-paint-${paintOf(node, spec)}${selected ? " cb-drawn-selected" : ""}`} onDoubleClick={() => model.edit(id)}>
      {(node.title || problems.length > 0) && (
        <div className="cb-note-head"><span className="cb-clip" title={title}>{title}</span><Badge problems={problems} /></div>
      )}
      {writing
        ? <Written label={`Text of ${title}`} value={text} most={most} placeholder="What should a reader know?" onChange={(words) => model.setParam(id, "text", words === "" ? undefined : words)} />
        : <Paper ref={paper} long={long} title={title}>{text || <span className="cb-note-empty">{hint}</span>}</Paper>}
      <DrawnTools node={node} spec={spec} tools={[{ icon: "edit", label: "Write (F2, or double-click)", onClick: () => model.edit(id) }, { icon: "delete", label: "Delete this note", onClick: () => model.remove([id]) }]} />
      <Resizer node={node} spec={spec} selected={selected} />
    </div>
  );
});

/** Only what is longer than its paper takes the wheel and the arrow keys. */
function Paper({ ref, long, title, children }: { ref: React.Ref<HTMLDivElement>; long: boolean; title: string; children: React.ReactNode }) {
  const scrolled = long ? { tabIndex: 0, role: "region", "aria-label": `Text of ${title}` } : {};
  return <div ref={ref} className={`cb-note-text${long ? " nowheel nokey" : ""}`} {...scrolled}>{children}</div>;
}
