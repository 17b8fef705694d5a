/** The actions as buttons: one stop of the Tab key, arrow keys between them. */
import { useRef, useState } from "react";
import { Icon } from "../Icon";
import type { Action } from "./actions";

export function ActionBar({ actions }: { actions: Action[] }) {
  const [stop, setStop] = useState("add");
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...(bar.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const place = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[(buttons.length + place + step) % buttons.length]?.focus();
  };
  return (
    <div ref={bar} className="cb-actionbar" role="toolbar" aria-label="Selected nodes" onKeyDown={onKeyDown}>
      {actions.map(({ key, label, icon, keys, enabled, run }) => (
        <button key={key} type="button" className="cb-button cb-button-small" data-testid={`outline-${key}`} title={`${label} (${keys})`}
          tabIndex={key === stop ? 0 : -1} aria-disabled={!enabled} onFocus={() => setStop(key)} onClick={() => enabled && run()}>
          <Icon name={icon} /><span>{label}</span>
        </button>
      ))}
    </div>
  );
}
