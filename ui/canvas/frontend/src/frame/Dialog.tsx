/** A dialog over the editor: Tab stays in it, Escape closes it. Who opens it says where the focus goes afterwards. */
import { useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Icon } from "../Icon";

interface Props {
  title: string;
  testId: string;
  onClose(): void;
  children: React.ReactNode;
}

export function Dialog({ title, testId, onClose, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Element | null>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
    if (event.key === "Tab") keepInside(event, box.current);
  };
  // Over all of the editor, from whichever part of it was asked for.
  if (!editor) return <span ref={(here) => { if (here) setEditor(here.closest(".cb-editor")); }} />;
  return createPortal(
    <div className="cb-veil" onClick={onClose} onKeyDown={onKeyDown}>
      <div ref={box} className="cb-sheet cb-dialog" role="dialog" aria-modal="true" aria-label={title} data-testid={testId} onClick={(event) => event.stopPropagation()}>
        <header className="cb-sheet-head">
          <h2>{title}</h2>
          <button type="button" className="cb-tool" aria-label="Close" onClick={onClose}><Icon name="close" /></button>
        </header>
        <div className="cb-dialog-body">{children}</div>
      </div>
    </div>,
    editor,
  );
}

function keepInside(event: React.KeyboardEvent, box: HTMLElement | null): void {
  const stops = [...(box?.querySelectorAll<HTMLElement>("button, input, select, textarea, [tabindex='0']") ?? [])].filter((one) => !one.hasAttribute("disabled"));
  const [first, last] = [stops[0], stops.at(-1)];
  const leaving = event.shiftKey ? document.activeElement === first : document.activeElement === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
