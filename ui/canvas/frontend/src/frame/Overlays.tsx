/** What floats over the editor for a moment: the hint near the pointer and the toast. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useEditor, usePart, type Hint } from "../context";
import { Icon } from "../Icon";

const HINT_MS = 4500;
const TOAST_MS = 7000;
const ASKING_MS = 15000;
const MARGIN = 8;

interface HintProps {
  hint: Hint | null;
  root: React.RefObject<HTMLElement | null>;
  onGone(): void;
}

export function HintBubble({ hint, root, onGone }: HintProps) {
  const bubble = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  useLayoutEffect(() => {
    const area = root.current?.getBoundingClientRect();
    const size = bubble.current?.getBoundingClientRect();
    if (!hint || !area || !size) return setPlace(null);
    const left = Math.min(Math.max(hint.x - area.left - size.width / 2, MARGIN), area.width - size.width - MARGIN);
    const below = hint.y - area.top;
    const top = below + size.height > area.height - MARGIN ? below - size.height - 28 : below;
    setPlace({ left, top });
  }, [hint, root]);
  useEffect(() => {
    if (hint?.tone !== "refusal") return;
    const timer = setTimeout(onGone, HINT_MS);
    return () => clearTimeout(timer);
  }, [hint, onGone]);
  if (!hint) return null;
  const refusal = hint.tone === "refusal";
  return (
    <div ref={bubble} className={`cb-bubble${refusal ? " cb-bubble-refusal" : ""}`} role={refusal ? "alert" : "tooltip"}
      data-testid={refusal ? "refusal" : "hint"} style={place ?? { visibility: "hidden", left: 0, top: 0 }}>
      <p className="cb-bubble-title">{refusal && <Icon name="block" />}{hint.title}</p>
      {hint.lines.map((line) => (
        <p key={line.text} className="cb-bubble-line">
          {line.icon && <Icon name={line.icon} />}
          <span className="cb-clip">{line.text}</span>
          {line.about && <span className="cb-bubble-about">{line.about}</span>}
        </p>
      ))}
    </div>
  );
}

export function Toast() {
  const { model } = useEditor();
  const toast = usePart((state) => state.toast);
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => model.hush(), toast.acts ? ASKING_MS : TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast, model]);
  if (!toast) return <div className="cb-toast-place" role="status" />;
  return (
    <div className="cb-toast-place" role="status">
      <div className="cb-toast" data-testid="toast">
        <span>{toast.text}</span>
        {toast.acts?.map((act) => (
          <button key={act.label} type="button" className="cb-button cb-button-small" onClick={() => { model.hush(); act.run(); }}>{act.label}</button>
        ))}
        {toast.undo && (
          <button type="button" className="cb-button cb-button-small" onClick={() => { model.undo(); model.hush(); }}>Undo</button>
        )}
        <button type="button" className="cb-tool" aria-label="Dismiss" onClick={() => model.hush()}><Icon name="close" /></button>
      </div>
    </div>
  );
}
